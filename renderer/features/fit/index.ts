export { FitPage } from './page.tsx';
