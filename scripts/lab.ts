/**
 * `npm run lab [-- COUNT]`: real SSH boxes on this computer to try the app with, their GPUs a stand-in. Prints an ssh_config
 * to import; Ctrl-C ends and removes everything.
 */
import { startYard } from '#test/lab/yard.ts';

const count = Number(process.argv[2] ?? 5);
if (!Number.isInteger(count) || count < 1 || count > 5) {
  console.error('trainyard: how many boxes? A number from 1 to 5.');
  process.exit(2);
}
const yard = await startYard({ count });
console.log(`${yard.boxes.length} boxes are up: ${yard.boxes.map(({ name }) => name).join(', ')}.`);
console.log(`Their ssh_config: ${yard.configFile}`);
console.log(`Try:  npx trainyard sites import --config ${yard.configFile}`);
console.log(`or:   ssh -F ${yard.configFile} ${yard.boxes[0]?.name}`);
console.log('Ctrl-C ends them.');
let ending = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    yard.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('trainyard: not everything could be removed:', error);
        process.exit(1);
      },
    );
  });
}
// Keeps the process alive whether or not a box's sshd does.
setInterval(() => undefined, 2 ** 30);
