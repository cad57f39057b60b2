import { quotaSentences } from '#shared/planner/quota-sentences.ts';

export default {
  en: {
    QUOTA_FILE_EMPTY: 'There is nothing in this file.',
    QUOTA_FILE_DAMAGED: 'This file is no whole JSON ({{why}}). Print it again with --output json, all of it.',
    QUOTA_FILE_UNKNOWN:
      '{{fileName}} is no list of quotas: it must be what “aws service-quotas list-service-quotas”, “az vm list-usage”, “gcloud compute regions describe” or “gcloud beta quotas info list” print as JSON, or a CSV with provider, limit and accelerator or families.',
    QUOTA_REGION_NEEDED:
      'A list of “az vm list-usage” does not say which region it is of. Say the region, and take it in again.',
    QUOTA_ACCELERATOR_UNKNOWN:
      'The catalogue has no accelerator “{{name}}”. Its names are in the table of offers; leave it out for a quota of all.',
    QUOTA_GONE: 'There is no such quota any more.',
    ...quotaSentences,
  },
  'zh-CN': {
    QUOTA_FILE_EMPTY: '此文件为空。',
    QUOTA_FILE_DAMAGED: '此文件不是完整的 JSON（{{why}}）。请用 --output json 重新完整输出。',
    QUOTA_FILE_UNKNOWN:
      '{{fileName}} 不是配额列表：必须是“aws service-quotas list-service-quotas”、“az vm list-usage”、“gcloud compute regions describe”或“gcloud beta quotas info list”输出的 JSON，或含有 provider、limit 以及 accelerator 或 families 列的 CSV。',
    QUOTA_REGION_NEEDED: '“az vm list-usage”的列表没有说明所属区域。请填写区域后重新导入。',
    QUOTA_ACCELERATOR_UNKNOWN: '目录中没有加速器“{{name}}”。名称见报价表；留空则表示所有加速器的配额。',
    QUOTA_GONE: '该配额已不存在。',
    QUOTA_ROW_SHAPE: '缺少“{{column}}”：这不是 {{format}} 列出的配额。',
    QUOTA_ROW_LIMIT: '{{column}} 为“{{value}}”：必须是大于等于 0 的数字。',
    QUOTA_ROW_REGION: '没有说明所属区域。请随文件一起填写。',
    QUOTA_ROW_NAME: '{{column}} 为“{{value}}”：必须是 1 到 60 个字符的名称。',
    QUOTA_ROW_WORD: '{{column}} 为“{{value}}”，可用的值为 {{words}}。',
    QUOTA_ROW_ACCELERATOR: '目录中没有加速器“{{value}}”。',
    QUOTA_ROW_TWICE: '第 {{first}} 行给出了同一配额的另一个数值。',
    QUOTA_ROW_LINE: '无法读取此行：引号不配对、字段数不是 {{expected}}，或文件在此行中间结束。',
  },
};
