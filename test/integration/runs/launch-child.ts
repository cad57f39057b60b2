/** The app that a test kills: launches one run and dies by SIGKILL right after the step it is told. */
import { me, requestOf, startApp } from './app.ts';

const [data = '', home = '', base = '', requestId = '', dieAfter = ''] = process.argv.slice(2);

const app = startApp({
  data,
  home,
  onStep: (step) => {
    if (step === dieAfter) process.kill(process.pid, 'SIGKILL');
  },
});
app.runs.launch(requestOf('workdir: .\nrun: sh train.sh', base, requestId), me);
// Stays until it is killed; the test has the deadline.
setInterval(() => undefined, 60_000);
