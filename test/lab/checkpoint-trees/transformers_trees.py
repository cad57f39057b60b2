import torch, os, sys
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments
out=sys.argv[1]; kind=sys.argv[2]
cfg=GPT2Config(n_layer=2,n_head=1,n_embd=8,vocab_size=32,n_positions=16)
class D(torch.utils.data.Dataset):
    def __len__(s): return 64
    def __getitem__(s,i):
        x=torch.randint(0,32,(8,)); return dict(input_ids=x,labels=x)
m=GPT2LMHeadModel(cfg)
kw={}
if kind=='peft':
    from peft import LoraConfig,get_peft_model
    m=get_peft_model(m,LoraConfig(r=2,target_modules=['c_attn'],fan_in_fan_out=True))
if kind=='bin': kw['save_safetensors']=False
if kind=='modelonly': kw['save_only_model']=True
if kind=='sharded':
    o=m.save_pretrained
    m.save_pretrained=lambda *a,**k: o(*a,**{**k,'max_shard_size':'5KB'})
t=Trainer(m,TrainingArguments(out+'/huggingface-'+kind,max_steps=4,save_steps=2,per_device_train_batch_size=2,report_to=[],use_cpu=True,**kw),train_dataset=D())
t.train()
