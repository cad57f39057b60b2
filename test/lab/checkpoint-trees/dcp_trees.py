import torch, sys, os, torch.distributed as dist, torch.distributed.checkpoint as dcp, torch.multiprocessing as mp
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import distribute_tensor, Shard
out=sys.argv[1]
def w(r):
    os.environ.update(MASTER_ADDR='127.0.0.1',MASTER_PORT='29613'); dist.init_process_group('gloo',rank=r,world_size=2)
    mesh=init_device_mesh('cpu',(2,))
    for s in (10,20):
        sd={'w':distribute_tensor(torch.rand(16,16),mesh,[Shard(0)]),'o':{'step':s,'lr':0.1},'t':torch.rand(3)}
        dcp.save(sd,checkpoint_id=out+'/torch-dcp/step-%d'%s)
    dist.destroy_process_group()
if __name__=='__main__': mp.spawn(w,nprocs=2)
