import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.ANDON_URL ?? "http://127.0.0.1:8400";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "../src/andon/page_assets",
    emptyOutDir: true,
    target: "es2022",
    // The content policy has no room for anything inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  // `npx vite` shows changes at once, on the data of a server that is up.
  server: { proxy: { "/api": api } },
  test: { include: ["src/**/*.test.ts"] },
});
