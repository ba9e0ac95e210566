import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// The built part, which `npm --prefix ../../web run build` makes. A console installs it, or
// keeps a copy of these files.
const part = fileURLToPath(new URL("../../web/pending-invites/dist/", import.meta.url));

// No plugin: Vite compiles JSX by itself, and this page can do without hot updates.
export default defineConfig({
  resolve: { alias: { "@invites/pending-invites": `${part}pending-invites.js` } },
  define: { "import.meta.env.INVITES_API": JSON.stringify(process.env.INVITES_API ?? "http://localhost:8080") },
  // The origin that the local stack allows.
  server: { port: 8082, strictPort: true, fs: { allow: [".", part] } },
  build: { target: "es2022" },
});
