import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../gateway/console/static",
    emptyOutDir: true,
    // The bundle contains other people's work, so their licences travel with it.
    license: { fileName: "licenses.md" },
    // Every browser that runs Monaco preloads modules by itself.
    modulePreload: { polyfill: false },
    // Monaco is one large chunk, loaded once and then cached for ever.
    chunkSizeWarningLimit: 4096,
    // GraphiQL's files carry "use no memo" for a compiler that has already run.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
