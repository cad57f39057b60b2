export { PortsPage } from './page.tsx';
