/** How the CLI's client is made out of the API's own document: types, and one function an operation. */
import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: './api/openapi.json',
  output: {
    path: 'cli/client/generated',
    module: { extension: '.ts' },
    // The generator does not know `exactOptionalPropertyTypes`; its types are checked where they are used.
    header: ['// @ts-nocheck', '// Made by `npm run generate:client`; do not edit.'],
  },
  plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
});
