import { refreshSentences } from '#shared/domain/refresh-sentences.ts';

/** What is wrong with prices that were asked for. */
export default {
  en: { ...refreshSentences },
  'zh-CN': {
    PRICES_TOO_LONG: '它发送的内容超过 {{bytes}} 字节',
    PRICES_SILENT: '它没有回答',
    PRICES_CIRCLE: '其分页形成了循环',
    PRICES_PAGES: '它有超过 {{most}} 页',
    PRICES_NEXT_NONE: '指向下一页的链接无效',
    PRICES_NEXT_ELSEWHERE: '其下一页位于 {{host}}',
    PRICES_OF_OTHER: '其中是 {{region}} 的价格',
    PRICES_NO_ADVISOR: '其中没有 "spot_advisor"',
    PRICES_LINE_OPEN: '其最后一行没有结束',
    PRICES_LINE_LONG: '其中有一行过长',
    PRICES_NO_HEADER: '它没有表头',
    PRICES_NO_COLUMN: '它没有“{{column}}”列',
    PRICES_NO_DATE: '它没有日期',
    PRICES_NOTHING: '其中没有价格',
    CATALOG_NO_TYPE: '{{where}} 有“{{type}}”的价格，但它不在 instanceTypes 之中',
  },
};
