export { CredentialsPage } from './page.tsx';
