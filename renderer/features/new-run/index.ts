export { NewRunPage } from './page.tsx';
