export { MachinePage, MachinesPage, SitesPage } from './page.tsx';
