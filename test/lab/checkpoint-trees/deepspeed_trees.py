import torch, os, sys, deepspeed
out=sys.argv[1]
deepspeed.init_distributed('gloo')
for stage in (1,3):
    m=torch.nn.Sequential(torch.nn.Linear(8,8),torch.nn.Linear(8,8))
    e,o,_,_=deepspeed.initialize(model=m,model_parameters=m.parameters(),config={'train_micro_batch_size_per_gpu':1,'zero_optimization':{'stage':stage},'optimizer':{'type':'Adam','params':{'lr':1e-3,'torch_adam':True}}})
    for i in range(4):
        l=e(torch.rand(1,8)).pow(2).mean(); e.backward(l); e.step()
        if i%2==1: e.save_checkpoint(out+'/deepspeed-zero%d'%stage)
