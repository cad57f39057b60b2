import { z } from 'zod';
import { idPattern } from './new-id.ts';

export { idPattern, newId, thisComputerId } from './new-id.ts';

export const idSchema = z.string().regex(idPattern, 'an identifier of 12 characters');
