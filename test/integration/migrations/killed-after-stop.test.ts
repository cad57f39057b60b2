import { killedIn } from './killed.ts';

killedIn(['copying', 'starting', 'confirming', 'committed']);
