# Laid out as Megatron-LM's checkpointing.py does (tensor 2 x pipeline 2), and NeMo's and Lightning's sharded directories after their sources.
import torch, os, sys, argparse
import torch.distributed.checkpoint as dcp
out=sys.argv[1]
for it in (100,200):
    for t in range(2):
        for p in range(2):
            d=f'{out}/megatron/iter_{it:07d}/mp_rank_{t:02d}_{p:03d}'; os.makedirs(d)
            a=argparse.Namespace(tensor_model_parallel_size=2,pipeline_model_parallel_size=2)
            torch.save({'args':a,'checkpoint_version':3.0,'iteration':it,'model':{'w':torch.rand(4)},'optimizer':{'step':it}},d+'/model_optim_rng.pt')
    open(f'{out}/megatron/latest_checkpointed_iteration.txt','w').write(str(it))
for it in (10,20):
    d=f'{out}/megatron-dist/iter_{it:07d}'; os.makedirs(d)
    dcp.save({'w':torch.rand(4),'n':{'a':it}},checkpoint_id=d)
    torch.save({'iteration':it},d+'/common.pt'); open(d+'/metadata.json','w').write('{"sharded_backend": "torch_dist", "sharded_backend_version": 1}')
    open(f'{out}/megatron-dist/latest_checkpointed_iteration.txt','w').write(str(it))
for s in (100,200):
    for r in range(2):
        d=f'{out}/nemo/mp_rank_{r:02d}'; os.makedirs(d,exist_ok=True)
        torch.save({'epoch':0,'global_step':s,'pytorch-lightning_version':'2.2','state_dict':{'w':torch.rand(4)}},f'{d}/gpt--val_loss=2.50-step={s}-consumed_samples={s}.0.ckpt')
for s in (100,200):
    d=f'{out}/nemo2/model--val_loss=1.20-step={s}-consumed_samples={s}.0'; os.makedirs(d+'/context')
    open(d+'/context/model.yaml','w').write('a: 1\n'); dcp.save({'w':torch.rand(4)},checkpoint_id=d+'/weights')
for s in (5,10):
    d=f'{out}/lightning-sharded/epoch=0-step={s}.ckpt'; os.makedirs(d)
    dcp.save({'w':torch.rand(4)},checkpoint_id=d); torch.save({'global_step':s},d+'/meta.pt')
os.makedirs(out+'/torch',exist_ok=True); os.makedirs(out+'/safetensors',exist_ok=True)
from safetensors.torch import save_file
for s in (10,20,100):
    torch.save({'step':s,'model':{'w':torch.rand(8)}},f'{out}/torch/model_{s}.pt')
    save_file({'w':torch.rand(8)},f'{out}/safetensors/step-{s}.safetensors')
torch.save({'global_step':120,'model':{'w':torch.rand(8)}},f'{out}/torch/last.pt')
torch.save({'global_step':120,'model':{'w':torch.rand(8)}},f'{out}/torch/old_90.pth',_use_new_zipfile_serialization=False)
