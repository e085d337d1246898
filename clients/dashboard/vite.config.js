import { defineConfig } from 'vite';

// Relative addresses: the folder `dist` works wherever a file server puts it.
export default defineConfig({
  base: './',
  build: { target: 'es2022', chunkSizeWarningLimit: 3_000 },
  preview: { port: 8090 },
});
