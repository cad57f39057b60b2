export { ActivityPage } from './page.tsx';
