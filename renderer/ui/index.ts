import './tokens.css';
import './base.css';
import './controls.css';
import './surfaces.css';
import './table.css';
import './plain-table.css';
import './splitter.css';
import './multi-select.css';

export { Age, Elapsed, useTicking } from './age.tsx';
export { Button, type ButtonProps, IconButton } from './button.tsx';
export { compareNames } from './compare.ts';
export { CopyButton, copyText } from './copy-button.tsx';
export { ConfirmDialog, Dialog } from './dialog.tsx';
export { Checkbox, Field, type FieldIds, Input, type Option, Segments, Select } from './field.tsx';
export { FileButton } from './file-button.tsx';
export { FindField } from './find-field.tsx';
export {
  formatAge,
  formatBytes,
  formatClock,
  formatDate,
  formatDateTime,
  formatDuration,
  formatInteger,
  formatMoney,
  formatPercent,
  formatValue,
  formatWhen,
  showMoneyIn,
} from './format.ts';
export { Badge, KeyHint, ProgressBar, type Shape, Sparkline, StatusDot, type Tone } from './marks.tsx';
export { Menu } from './menu.tsx';
export type { MenuEntry } from './menu-rows.tsx';
export { countModels, shortModel } from './models.ts';
export { type Choice, MultiSelect } from './multi-select.tsx';
export { type Pick, PickList } from './pick-list.tsx';
export { Splitter, type SplitterProps } from './splitter.tsx';
export { EmptyState, ErrorState, Skeleton } from './states.tsx';
export type { Column } from './table-columns.ts';
export type { VirtualTableProps } from './table-props.ts';
export { type Tab, Tabs } from './tabs.tsx';
export { Toasts, toast, useToasts } from './toast.tsx';
export { Tooltip, TooltipProvider } from './tooltip.tsx';
export { VirtualTable } from './virtual-table.tsx';
