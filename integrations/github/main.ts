/** The action's process. It exits as the CLI does: 0 released or could be, 1 "no", 2 wrong usage, 3 unreachable. */
import { runAction } from './action.ts';
import { runnerJob } from './runner.ts';

void runAction(runnerJob(process.env)).then((exitCode) => {
  // What is still open, such as a connection kept alive, has nothing left to say.
  process.exit(exitCode);
});
