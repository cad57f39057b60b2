import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The page. It is served from `app://trainyard/` on the desktop and from the loopback server in headless mode, always at
 * the root, so that paths like /runs/ID can be opened directly. Nothing is inlined: the content policy allows files only.
 */
export default defineConfig({
  root: 'renderer',
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // React changes rarely and everything needs it; editors and charts come when a page asks for them.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            {
              name: 'editor',
              test: /node_modules[\\/](@codemirror|@lezer|style-mod|crelt|w3c-keyname)[\\/]/,
            },
            // With the line that tells it not to make code from text: both run before the first schema is made.
            { name: 'zod', test: /node_modules[\\/]zod[\\/]|rpc[\\/]jitless/ },
            // Both languages, and the planner's sentences, which its page says in them.
            { name: 'words', test: /renderer[\\/]i18n[\\/]|shared[\\/]planner[\\/][a-z-]*sentences/ },
            // One file for what every page needs, not a dozen small ones.
            {
              name: 'shell',
              test: /[\\/](renderer[\\/](ui|rpc|app(?![\\/](palette|key-map|task-file|notifications|desktop-status)))|features[\\/]runs[\\/](?!detail)|shared[\\/](domain[\\/](trainyard-error|run-states|back-off)|contract[\\/](frames|wire|port-wire|desktop)))/,
            },
            { name: 'charts', test: /node_modules[\\/]uplot[\\/]/ },
          ],
        },
      },
    },
  },
  server: { port: 5173, strictPort: false },
});
