/** Builds the workflow bundle at build time, so that a worker starts at once and tests replay what is shipped. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
await writeFile(fileURLToPath(new URL('../workflow-bundle.js', import.meta.url)), code);
