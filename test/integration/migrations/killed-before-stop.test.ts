import { killedIn } from './killed.ts';

killedIn(['precopying', 'armed', 'stopping']);
