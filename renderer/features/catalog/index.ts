export { OffersPage } from './page.tsx';
