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

// Nor need those be in it that only the form's part says.
const saidByForm = /^form\.(?!addresses$)/;

// languages makes virtual:languages of the catalogues: English is built in, any other
// language a chunk of its own. A catalogue without such texts is not offered. What the form
// alone says in English is virtual:texts/form.
function languages(): Plugin {
  const all = "virtual:languages";
  const one = "virtual:language/";
  const form = "virtual:texts/form";
  const english = (here: (key: string) => boolean) => JSON.stringify(Object.fromEntries(Object.entries(texts("en")).filter(([key]) => here(key))));
  return {
    name: "languages",
    resolveId: (id) => (id === all || id === form || id.startsWith(one) ? `\0${id}` : undefined),
    load(id) {
      if (id.startsWith(`\0${one}`)) return `export default ${JSON.stringify(texts(id.slice(one.length + 1)))}`;
      if (id === `\0${form}`) return `export const texts = ${english((key) => saidByForm.test(key))}`;
      if (id !== `\0${all}`) return undefined;
      const others = readdirSync(locale)
        .map((name) => /^([a-z]+)\.json$/.exec(name)?.[1] ?? "")
        .filter((tag) => tag && tag !== "en" && Object.keys(texts(tag)).length > 0);
      const loaders = others.map((tag) => `${tag}: () => import("${one}${tag}").then((m) => m.default)`);
      return `export const texts = ${english((key) => !saidByAPI.test(key) && !saidByForm.test(key))};\nexport const languages = {${loaders.join(", ")}};`;
    },
  };
}

// parts makes virtual:part/NAME of src/NAME.ts: a function that loads it as a file of its own.
// A browser that could not have a file may say so of its address ever after (before HTML's
// change of 2026 all that keep to the standard do), so a repeat has another fragment.
function parts(): Plugin {
  const prefix = "virtual:part/";
  return {
    name: "parts",
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      const name = id.slice(prefix.length + 1);
      const path = fileURLToPath(new URL(`src/${name}.ts`, import.meta.url));
      const file = this.emitFile({ type: "chunk", id: path, name });
      return `export default (again) => again ? import(/* webpackIgnore: true */ /* @vite-ignore */ import.meta.ROLLUP_FILE_URL_${file} + "#" + again) : import(${JSON.stringify(path)})`;
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
          format: { comments: /webpackIgnore|@vite-ignore/ }, // for a bundler that takes the file in
        });
        file.code = code;
      }
    },
  };
}

export default defineConfig({
  plugins: [languages(), parts(), literals(), smallest()],
  build: {
    target: "es2022",
    minify: false,
    // A library imports its parts as they are; a page would have them with a loader of Vite's.
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "pending-invites.js" },
    rollupOptions: {
      output: {
        // A part is made for this very version of the element, so its name says which it is.
        chunkFileNames: ({ name, facadeModuleId }) => `pending-invites.${name.split("/").pop() ?? name}${facadeModuleId?.endsWith(".ts") ? ".[hash]" : ""}.js`,
      },
    },
  },
});
