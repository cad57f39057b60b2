import { z } from 'zod';

// The content policy forbids making code from text. zod tries that when the first schema is made, not when it is used:
// whoever starts a page imports this before anything with a schema in it.
z.config({ jitless: true });
