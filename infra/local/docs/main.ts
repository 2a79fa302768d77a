/** `npm run docs`: writes the pages of docs/reference/ that come from the code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../repository.ts';
import { referencePages } from './reference.ts';

for (const [file, text] of Object.entries(referencePages)) {
  writeFileSync(join(repository, file), text());
  console.log(file);
}
