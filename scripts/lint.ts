/** `npm run lint`: style (Biome) and types (TypeScript). `--write` lets Biome mend what it can. */
import { runTool } from './tools.ts';

const write = process.argv.includes('--write');
const results = [
  await runTool('biome', ['check', '--error-on-warnings', ...(write ? ['--write'] : []), '.']),
  await runTool('tsc', ['-p', '.']),
];
process.exit(results.some((code) => code !== 0) ? 1 : 0);
