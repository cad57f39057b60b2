import type { AnchorHTMLAttributes } from 'react';
import { Link as WouterLink } from 'wouter';

/** A link within the page. */
export function Link({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return <WouterLink href={href} {...rest} />;
}
