import { defineConfig } from "vite";

// One file with all it needs, for a page without a bundler and for Node.
export default defineConfig({
  build: {
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "index.js" },
    target: "es2022",
    sourcemap: true,
  },
});
