/**
 * Words of one part of the page, both languages side by side. English may have `…_one` and `…_other` forms for `count`;
 * Chinese has one form only, `…_other`. The types hold the two together: a key missing on either side does not compile.
 */
export interface Words<K extends string> {
  en: Record<K, string>;
  'zh-CN': Record<ChineseKey<K>, string>;
}
type ChineseKey<K extends string> = K extends `${string}_one` ? never : K;
/** What `t` takes: the key without its plural form. */
export type BaseKey<K extends string> = K extends `${infer B}_one` ? B : K extends `${infer B}_other` ? B : K;

export function words<const K extends string>(both: {
  en: Record<K, string>;
  'zh-CN': Record<ChineseKey<NoInfer<K>>, string>;
}): Words<K> {
  return both;
}
