// The reader of pastes, built as the form loads it.
import { fileURLToPath } from "node:url";
import { build } from "vite";

const entry = fileURLToPath(new URL("../src/addressees.ts", import.meta.url));
const [{ output }] = await build({
  configFile: false,
  logLevel: "silent",
  build: { write: false, minify: false, target: "es2022", lib: { entry, formats: ["es"], fileName: "addressees" } },
});

export const code = output[0].code;
export const { read } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
