export { PlanPage } from './page.tsx';
