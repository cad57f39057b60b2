import { priceSentences } from '#shared/planner/price-sentences.ts';

export default {
  en: {
    OFFERS_DAMAGED: 'The table of offers came damaged. Ask for it again.',
    CATALOG_FILE_BROKEN:
      'The catalogue file {{file}} cannot be read: {{why}}. Install Trainyard again, or repair the file.',
    CATALOG_FILE_EMPTY: 'There is nothing in this file.',
    CATALOG_FILE_UNKNOWN:
      '{{fileName}} is no price file: its first line must have a SkyPilot catalogue’s columns, or region, instance_type and on_demand or spot.',
    CATALOG_PROVIDER_UNKNOWN:
      'A SkyPilot catalogue does not say whose prices it has. Choose the provider and import it again.',
    CATALOG_SOURCE_SHIPPED: '{{source}} cannot be removed: only imported and refreshed prices can.',
    CATALOG_SOURCE_UNKNOWN: 'There is no such source of prices any more.',
    CATALOG_REFRESHING: '{{title}} is being read already.',
    CATALOG_REGION_UNKNOWN: '"{{region}}" is no region of a provider.',
    CATALOG_KEY_MISSING:
      'Google tells its prices only to who has an API key. Create one in Google Cloud for the Cloud Billing API, and add it to the vault as a token that is taken for cloudbilling.googleapis.com. The vault must be unlocked.',
    CATALOG_REFRESHED:
      '{{title}}: {{offers}} prices of {{regions}} regions are new. {{unknown}} kinds of machines in them are not known to the catalogue.',
    CATALOG_REFRESHED_PARTLY:
      '{{title}}: {{regions}} regions have new prices, {{failed}} keep those from before. {{region}}: {{why}}',
    PRICES_CUT:
      '{{host}} stopped in the middle of its prices, after {{bytes}} bytes. The prices from before stay.',
    PRICES_UNREACHABLE: '{{host}} cannot be reached: {{why}}. The prices from before stay.',
    PRICES_REFUSED:
      '{{host}} answered with status {{status}} instead of prices. The prices from before stay.',
    PRICES_UNREADABLE:
      'What {{host}} sent are no prices as it publishes them: {{why}}. The prices from before stay.',
    PRICES_GARBAGE:
      '{{count}} prices of {{region}} cannot be right, so its prices from before stay. The first: {{why}}',
    PRICES_NONE: 'There are no prices of known machines in {{region}}. Those from before stay.',
    PRICES_SHRUNK:
      '{{region}} came with {{offers}} machines where {{before}} are known: a part is missing, so the prices from before stay.',
    ...priceSentences,
  },
  'zh-CN': {
    OFFERS_DAMAGED: '报价表在传输中损坏，请重新获取。',
    CATALOG_FILE_BROKEN: '无法读取目录文件 {{file}}：{{why}}。请重新安装 Trainyard，或修复该文件。',
    CATALOG_FILE_EMPTY: '此文件为空。',
    CATALOG_FILE_UNKNOWN:
      '{{fileName}} 不是价格文件：首行必须包含 SkyPilot 目录的列，或 region、instance_type 以及 on_demand 或 spot。',
    CATALOG_PROVIDER_UNKNOWN: 'SkyPilot 目录没有说明价格属于哪个云服务商。请选择云服务商后重新导入。',
    CATALOG_SOURCE_SHIPPED: '无法移除 {{source}}：只能移除导入或刷新得到的价格。',
    CATALOG_SOURCE_UNKNOWN: '该价格来源已不存在。',
    CATALOG_REFRESHING: '正在读取 {{title}}。',
    CATALOG_REGION_UNKNOWN: '“{{region}}”不是任何云服务商的区域。',
    CATALOG_KEY_MISSING:
      'Google 只向持有 API 密钥的用户提供价格。请在 Google Cloud 中为 Cloud Billing API 创建密钥，并以令牌形式加入保险库，用途填写 cloudbilling.googleapis.com。保险库须处于解锁状态。',
    CATALOG_REFRESHED:
      '{{title}}：{{regions}} 个区域的 {{offers}} 个价格已更新。其中 {{unknown}} 种机型不在目录中。',
    CATALOG_REFRESHED_PARTLY:
      '{{title}}：{{regions}} 个区域的价格已更新，{{failed}} 个区域保留原价格。{{region}}：{{why}}',
    PRICES_CUT: '{{host}} 在发送价格的途中断开，已收到 {{bytes}} 字节。保留原有价格。',
    PRICES_UNREACHABLE: '无法连接 {{host}}：{{why}}。保留原有价格。',
    PRICES_REFUSED: '{{host}} 返回状态 {{status}} 而不是价格。保留原有价格。',
    PRICES_UNREADABLE: '{{host}} 发送的内容不是其公布格式的价格：{{why}}。保留原有价格。',
    PRICES_GARBAGE: '{{region}} 有 {{count}} 个价格不可信，因此保留原有价格。第一个：{{why}}',
    PRICES_NONE: '{{region}} 没有已知机型的价格。保留原有价格。',
    PRICES_SHRUNK:
      '{{region}} 只有 {{offers}} 种机型，而已知有 {{before}} 种：数据不完整，因此保留原有价格。',
    ROW_CUT_OFF: '文件在此行中间结束：内容被截断。请重新获取。',
    ROW_QUOTES: '此行的引号不配对。',
    ROW_FIELDS: '此行有 {{fields}} 个字段，而表头有 {{expected}} 个。',
    ROW_NO_REGION: '未给出区域。',
    ROW_NO_TYPE: '未给出实例类型。',
    ROW_NO_PROVIDER: '未给出云服务商。',
    ROW_NAME_LONG: '{{column}} 超过 {{most}} 个字符。',
    ROW_DUPLICATE: '{{offer}} 已在第 {{first}} 行出现，价格不同。',
    ROW_NUMBER: '{{column}} 为“{{value}}”，不是大于等于 0 的数字。',
    ROW_WORD: '{{column}} 为“{{value}}”，可用的值为 {{words}}。',
    PRICE_MISSING: '既没有按需价格，也没有竞价价格。',
    PRICE_NOT_A_NUMBER: '“{{value}}”不是价格。',
    PRICE_NOT_POSITIVE: '“{{value}}”不是价格：必须大于零。',
    PRICE_TOO_HIGH: '“{{value}}”对任何机器的一小时来说都过高。',
    PRICE_AMBIGUOUS: '“{{value}}”有两种读法。请使用小数点，不要使用千位分隔符。',
    PRICE_CURRENCY: '不接受以 {{currency}} 计的价格。请换算为美元，或在 usd_rate 列中给出一单位合多少美元。',
    PRICE_UNIT: '无法理解“{{unit}}”的计价单位：可以按小时或按月。',
    PRICE_FAR_FROM_KNOWN: '{{offer}} 每小时 {{priceMicros}}，与此前已知的 {{knownMicros}} 相差过大。',
    PRICE_FAR_FROM_USUAL: '每个 {{accelerator}} 每小时 {{priceMicros}}，与通常的 {{usualMicros}} 相差过大。',
  },
};
