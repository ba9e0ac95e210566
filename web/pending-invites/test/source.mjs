// Loads a file of the component's source that needs no browser, with what it imports.
import { fileURLToPath } from "node:url";
import { build } from "vite";

export async function source(name) {
  const entry = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
  const texts = { name: "texts", resolveId: (id) => (id.startsWith("virtual:") ? `\0${id}` : undefined), load: (id) => (id.startsWith("\0virtual:") ? "export const texts = {}, languages = {}" : undefined) };
  const { output } = await build({ configFile: false, logLevel: "silent", plugins: [texts], build: { write: false, minify: false, lib: { entry, formats: ["es"] } } }).then((made) => (Array.isArray(made) ? made[0] : made));
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}
