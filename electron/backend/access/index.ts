export { AccessTokens, type SignedIn } from './tokens.ts';
