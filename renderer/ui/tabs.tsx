import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface Tab<V extends string> {
  value: V;
  label: string;
  content: ReactNode;
}

export function Tabs<V extends string>({
  label,
  value,
  onValue,
  tabs,
  className,
}: {
  label: string;
  value: V;
  onValue(value: V): void;
  tabs: readonly Tab<V>[];
  className?: string;
}) {
  return (
    <Radix.Root
      className={`tabs ${className ?? ''}`}
      value={value}
      activationMode="manual"
      onValueChange={(next) => {
        const tab = tabs.find((candidate) => candidate.value === next);
        if (tab) onValue(tab.value);
      }}
    >
      <Radix.List className="tabs__list" aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.value} className="tabs__tab" value={tab.value}>
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} className="tabs__content" value={tab.value} tabIndex={-1}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
