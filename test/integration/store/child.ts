import { writeSync } from 'node:fs';
import path from 'node:path';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { openStore } from '#backend/store/index.ts';
import { migrations } from '#backend/store/schema.ts';

// Run by store.test.ts as a process of its own, to be killed.
const [what = '', file = '', extra = ''] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined };
const options = { file, clock: systemClock, log };
const say = (text: string | number) => writeSync(1, `${text}\n`);
const activityOf = (store: ReturnType<typeof openStore>) =>
  new Activity(store, systemClock, path.join(path.dirname(file), 'activity.key'));

switch (what) {
  case 'write': {
    const store = openStore(options);
    const activity = activityOf(store);
    for (let n = Number(extra); ; n += 1) {
      store.transaction(() => {
        store.settings.update({ refreshSeconds: 2 + (n % 3_000) });
        store.notices.add({ level: 'info', code: 'N', params: { n }, message: 'x'.repeat(n % 500) });
        activity.record({ actor: { name: 'child', role: 'owner' }, action: 'test.write', target: String(n) });
      });
      say(n);
      if (n % 50 === 0) await store.backUp('scheduled');
    }
  }
  case 'hold': {
    openStore(options);
    say('open');
    setInterval(() => undefined, 60_000);
    break;
  }
  case 'try': {
    try {
      openStore(options).close();
      say('open');
    } catch (error) {
      say(error instanceof Error && 'code' in error ? String(error.code) : String(error));
    }
    break;
  }
  case 'migrate': {
    const version = (migrations.at(-1)?.version ?? 0) + 1;
    // Bounded, so that it ends should nobody kill it.
    const sql = `CREATE TABLE big (x BLOB) STRICT; UPDATE settings SET value = '"light"' WHERE key = 'theme';
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
      INSERT INTO big SELECT randomblob(4000) FROM n;`;
    openStore({ ...options, migrations: [...migrations, { version, name: 'long', sql }] });
    say('migrated');
    break;
  }
  case 'restore': {
    const [backup = '', step = ''] = extra.split('|');
    openStore(options).restore(backup, (now) => {
      if (now === step) process.kill(process.pid, 'SIGKILL');
    });
    say('restored');
    break;
  }
  default:
    throw new Error(`unknown: ${what}`);
}
