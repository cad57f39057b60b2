/** Errors of saved plans and their files, of expected waits and of buying against renting. */
export default {
  en: {
    PLAN_FILE_UNREADABLE: 'This is not a plan of Trainyard: a file ending in .trainyard-plan.json is wanted.',
    PLAN_FILE_NEWER:
      'This plan was saved by a newer Trainyard (format {{version}}; this one reads up to {{reads}}). Update Trainyard to open it.',
    PLAN_FILE_BROKEN: 'The plan cannot be read: “{{at}}” is not as it should be ({{why}}).',
    QUEUE_NOT_MEASURED:
      'Too few runs have ended on these machines to measure how often they come and how long they take ({{runs}}). Type both.',
    QUEUE_NO_MACHINE: 'Choose at least one machine, or type how many places there are.',
    BREAK_EVEN_NOTHING_BOUGHT: 'Nothing is bought in this scenario: add a machine to it first.',
    BREAK_EVEN_NO_PRICE:
      'Nobody rents out {{accelerator}} in the catalogue. Type what one costs an hour, or take in a price sheet.',
  },
  'zh-CN': {
    PLAN_FILE_UNREADABLE: '这不是 Trainyard 的规划文件：需要以 .trainyard-plan.json 结尾的文件。',
    PLAN_FILE_NEWER:
      '此规划由较新的 Trainyard 保存（格式 {{version}}；当前版本最高可读 {{reads}}）。请更新 Trainyard 后再打开。',
    PLAN_FILE_BROKEN: '无法读取此规划：“{{at}}”不符合要求（{{why}}）。',
    QUEUE_NOT_MEASURED: '这些机器上结束的任务太少（{{runs}} 个），无法测得到达频率和时长。请手动输入两者。',
    QUEUE_NO_MACHINE: '请至少选择一台机器，或输入有多少个位置。',
    BREAK_EVEN_NOTHING_BOUGHT: '此情景中没有购买任何机器：请先添加一台。',
    BREAK_EVEN_NO_PRICE: '目录中没有人出租 {{accelerator}}。请输入其每小时价格，或导入一份价格表。',
  },
};
