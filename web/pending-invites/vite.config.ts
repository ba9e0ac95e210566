import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minifyHTMLLiterals } from "minify-literals";
import { minify } from "terser";
import { defineConfig, type Plugin } from "vite";

const locale = fileURLToPath(new URL("../../shared/locale/", import.meta.url));
const prefix = "console.";

// In English the API says by itself what became of a mail, what to do, and why it refused, so
// that those need not be in the file that everybody loads.
const saidByAPI = /^reason\.|^advice\.(mistyped|wrong_address|spam_filter|mail_rule|already_member|unknown_ending)$|^refused\.(address|already_pending|cancelled|sending|forbidden|gone|signedOut|throttled)$/;

// texts are what a catalogue says to admins, by keys without their prefix.
function texts(tag: string): Record<string, string> {
  const all = JSON.parse(readFileSync(`${locale}${tag}.json`, "utf8")) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, text]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), text]] : [])),
  );
}

// languages makes virtual:languages of the catalogues: English is built in, any other
// language a chunk of its own. A catalogue without such texts is not offered.
function languages(): Plugin {
  const all = "virtual:languages";
  const one = "virtual:language/";
  return {
    name: "languages",
    resolveId: (id) => (id === all || id.startsWith(one) ? `\0${id}` : undefined),
    load(id) {
      if (id.startsWith(`\0${one}`)) return `export default ${JSON.stringify(texts(id.slice(one.length + 1)))}`;
      if (id !== `\0${all}`) return undefined;
      const others = readdirSync(locale)
        .map((name) => /^([a-z]+)\.json$/.exec(name)?.[1] ?? "")
        .filter((tag) => tag && tag !== "en" && Object.keys(texts(tag)).length > 0);
      const loaders = others.map((tag) => `${tag}: () => import("${one}${tag}").then((m) => m.default)`);
      const english = Object.entries(texts("en")).filter(([key]) => !saidByAPI.test(key));
      return `export const texts = ${JSON.stringify(Object.fromEntries(english))};\nexport const languages = {${loaders.join(", ")}};`;
    },
  };
}

// literals takes the white space out of what is between html`` and css``.
function literals(): Plugin {
  return {
    name: "literals",
    enforce: "pre",
    transform: (code, id) => (id.endsWith(".ts") && /\b(html|css|svg)`/.test(code) ? minifyHTMLLiterals(code, { fileName: id, html: { removeAttributeQuotes: true } }) : null),
  };
}

// smallest is what Vite does to a page's scripts and not to a library's.
function smallest(): Plugin {
  return {
    name: "smallest",
    async generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        const { code = file.code } = await minify(file.code, {
          ecma: 2020,
          module: true,
          compress: { passes: 3, pure_getters: true, keep_fargs: false, unsafe_arrows: true },
          format: { comments: false },
        });
        file.code = code;
      }
    },
  };
}

export default defineConfig({
  plugins: [languages(), literals(), smallest()],
  build: {
    target: "es2022",
    minify: false,
    // A library imports its parts as they are; a page would have them with a loader of Vite's.
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "pending-invites.js" },
    rollupOptions: {
      output: {
        chunkFileNames: (chunk) => `pending-invites.${chunk.name.split("/").pop() ?? chunk.name}.js`,
      },
    },
  },
});
