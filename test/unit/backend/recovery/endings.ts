import type { CauseGuess } from '#shared/domain/recovery.ts';

export interface KnownEnding {
  name: string;
  log: string;
  exitCode: number | null;
  signal?: string;
  guess: CauseGuess;
  /** Part of the line that the guess must rest on. */
  line: string;
}

/** Ends of logs as the programs print them. */
export const endings: readonly KnownEnding[] = [
  {
    name: 'PyTorch 2 on a full GPU',
    log: `step 412 loss=2.310
Traceback (most recent call last):
  File "/home/ann/.trainyard/runs/x/code/train.py", line 188, in <module>
    main()
  File "/home/ann/.trainyard/runs/x/code/train.py", line 161, in main
    loss = model(batch).mean()
  File "/opt/conda/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 116, in forward
    return F.linear(input, self.weight, self.bias)
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 79.15 GiB of which 1.21 GiB is free. Process 42321 has 77.93 GiB memory in use. Of the allocated memory 75.02 GiB is allocated by PyTorch, and 2.20 GiB is reserved by PyTorch but unallocated.
`,
    exitCode: 1,
    guess: 'gpu-out-of-memory',
    line: 'CUDA out of memory',
  },
  {
    name: 'PyTorch 1 under torchrun, the real cause above the launcher',
    log: `[rank1]: Traceback (most recent call last):
[rank1]:   File "train.py", line 63, in <module>
[rank1]: torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 1; 23.69 GiB total capacity; 22.40 GiB already allocated)
WARNING:torch.distributed.elastic.multiprocessing.api:Sending process 2042 closing signal SIGTERM
ERROR:torch.distributed.elastic.multiprocessing.api:failed (exitcode: 1) local_rank: 1 (pid: 2043) of binary: /usr/bin/python3
Traceback (most recent call last):
  File "/usr/local/bin/torchrun", line 8, in <module>
    sys.exit(main())
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
train.py FAILED
------------------------------------------------------------
Failures:
  <NO_OTHER_FAILURES>
`,
    exitCode: 1,
    guess: 'gpu-out-of-memory',
    line: 'torch.cuda.OutOfMemoryError',
  },
  {
    name: 'TensorFlow on a full GPU',
    log: `2026-11-28 12:00:01.123456: W tensorflow/core/framework/op_kernel.cc:1839] OP_REQUIRES failed at matmul_op_impl.h:817 : RESOURCE_EXHAUSTED: OOM when allocating tensor with shape[8192,8192] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc
tensorflow.python.framework.errors_impl.ResourceExhaustedError: Graph execution error:
`,
    exitCode: 1,
    guess: 'gpu-out-of-memory',
    line: 'OOM when allocating',
  },
  {
    name: 'JAX on a full GPU',
    log: 'jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 34359738368 bytes.\n',
    exitCode: 1,
    guess: 'gpu-out-of-memory',
    line: 'RESOURCE_EXHAUSTED',
  },
  {
    name: 'bash tells of a child that the kernel killed',
    log: 'epoch 3\n/home/ann/.trainyard/runs/x/attempts/1/run.sh: line 2: 18342 Killed                  python train.py\n',
    exitCode: 137,
    guess: 'out-of-memory',
    line: 'Killed',
  },
  {
    name: 'a data loader worker that was killed',
    log: `Traceback (most recent call last):
  File "train.py", line 40, in <module>
    for batch in loader:
RuntimeError: DataLoader worker (pid 18391) is killed by signal: Killed. 
`,
    exitCode: 1,
    guess: 'out-of-memory',
    line: 'DataLoader worker',
  },
  {
    name: 'Python without memory',
    log: 'Traceback (most recent call last):\n  File "prepare.py", line 12, in <module>\n    table = [0] * 10**12\nMemoryError\n',
    exitCode: 1,
    guess: 'out-of-memory',
    line: 'MemoryError',
  },
  {
    name: 'numpy without memory',
    log: 'numpy.core._exceptions._ArrayMemoryError: Unable to allocate 745. GiB for an array with shape (100000000000,) and data type float64\n',
    exitCode: 1,
    guess: 'out-of-memory',
    line: 'ArrayMemoryError',
  },
  {
    name: "Slurm's word for it",
    log: 'slurmstepd: error: Detected 1 oom_kill event in StepId=4242.batch. Some of the step tasks have been OOM Killed.\n',
    exitCode: 137,
    guess: 'out-of-memory',
    line: 'oom_kill',
  },
  {
    name: 'a full disk while saving with torch.save',
    log: `Traceback (most recent call last):
  File "/opt/conda/lib/python3.11/site-packages/torch/serialization.py", line 850, in save
    _save(obj, opened_zipfile, pickle_module, pickle_protocol)
RuntimeError: PytorchStreamWriter failed writing file data/101: file write failed

During handling of the above exception, another exception occurred:

RuntimeError: [enforce fail at inline_container.cc:603] . unexpected pos 35291328 vs 35291216
`,
    exitCode: 1,
    guess: 'disk-full',
    line: 'unexpected pos',
  },
  {
    name: 'a full disk in Python',
    log: "OSError: [Errno 28] No space left on device: 'checkpoints/step-000400.pt.tmp'\n",
    exitCode: 1,
    guess: 'disk-full',
    line: 'No space left',
  },
  {
    name: 'a quota',
    log: 'cp: error writing ‘out/model.bin’: Disk quota exceeded\n',
    exitCode: 1,
    guess: 'disk-full',
    line: 'quota',
  },
  {
    name: 'detectron2 stops at NaN',
    log: "FloatingPointError: Loss became infinite or NaN at iteration=812!\nloss_dict = {'loss_cls': nan, 'loss_box_reg': 0.1}\n",
    exitCode: 1,
    guess: 'nan-loss',
    line: 'infinite or NaN',
  },
  {
    name: 'DETR stops at NaN',
    log: "Loss is nan, stopping training\n{'loss_ce': tensor(nan, device='cuda:0')}\n",
    exitCode: 1,
    guess: 'nan-loss',
    line: 'Loss is nan',
  },
  {
    name: "autograd's anomaly detection",
    log: "RuntimeError: Function 'MulBackward0' returned nan values in its 0th output.\n",
    exitCode: 1,
    guess: 'nan-loss',
    line: 'returned nan values',
  },
  {
    name: 'Keras TerminateOnNaN',
    log: 'Batch 12: Invalid loss, terminating training\n',
    exitCode: 1,
    guess: 'nan-loss',
    line: 'Invalid loss',
  },
  {
    name: 'fairseq with half precision',
    log: 'FloatingPointError: Minimum loss scale reached (0.0001). Your loss is probably exploding. Try lowering the learning rate, using gradient clipping or increasing the batch size.\n',
    exitCode: 1,
    guess: 'nan-loss',
    line: 'Minimum loss scale',
  },
  {
    name: 'a module that is not there',
    log: 'Traceback (most recent call last):\n  File "train.py", line 3, in <module>\n    import flash_attn\nModuleNotFoundError: No module named \'flash_attn\'\n',
    exitCode: 1,
    guess: 'missing-module',
    line: 'flash_attn',
  },
  {
    name: 'a shared library that is not there',
    log: 'ImportError: libcudnn.so.9: cannot open shared object file: No such file or directory\n',
    exitCode: 1,
    guess: 'missing-module',
    line: 'libcudnn',
  },
  {
    name: 'a program that is not there (bash)',
    log: '/home/ann/.trainyard/runs/x/attempts/1/run.sh: line 1: torchrun: command not found\n',
    exitCode: 127,
    guess: 'missing-module',
    line: 'torchrun',
  },
  {
    name: 'a program that is not there (dash)',
    log: 'sh: 1: accelerate: not found\n',
    exitCode: 127,
    guess: 'missing-module',
    line: 'accelerate',
  },
  {
    name: 'a data set that is not there',
    log: "FileNotFoundError: [Errno 2] No such file or directory: '/data/imagenet/train'\n",
    exitCode: 1,
    guess: 'missing-file',
    line: '/data/imagenet',
  },
  {
    name: 'a script that is not there',
    log: "python3: can't open file '/home/ann/.trainyard/runs/x/code/trian.py': [Errno 2] No such file or directory\n",
    exitCode: 2,
    guess: 'missing-file',
    line: 'trian.py',
  },
  {
    name: 'a directory without the right',
    log: "PermissionError: [Errno 13] Permission denied: '/data/secret'\n",
    exitCode: 1,
    guess: 'permission',
    line: '/data/secret',
  },
  {
    name: 'a gated model',
    log: 'huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-2)\n',
    exitCode: 1,
    guess: 'permission',
    line: 'GatedRepoError',
  },
  {
    name: 'an Xid passed on by the driver',
    log: 'NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, GPU has fallen off the bus.\nRuntimeError: CUDA error: unknown error\n',
    exitCode: 1,
    guess: 'gpu-fault',
    line: 'CUDA error: unknown error',
  },
  {
    name: 'memory of a GPU that cannot be corrected',
    log: 'RuntimeError: CUDA error: uncorrectable ECC error encountered\nCUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.\n',
    exitCode: 1,
    guess: 'gpu-fault',
    line: 'ECC',
  },
  {
    name: 'an illegal access',
    log: 'RuntimeError: CUDA error: an illegal memory access was encountered\nFor debugging consider passing CUDA_LAUNCH_BLOCKING=1\n',
    exitCode: 1,
    guess: 'gpu-fault',
    line: 'illegal memory access',
  },
  {
    name: "NCCL's watchdog",
    log: '[rank0]:[E ProcessGroupNCCL.cpp:616] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1234, OpType=ALLREDUCE, NumelIn=1, NumelOut=1, Timeout(ms)=600000) ran for 600024 milliseconds before timing out.\n[rank0]:[E ProcessGroupNCCL.cpp:630] To avoid data inconsistency, we are taking the entire process down.\n',
    exitCode: 134,
    signal: 'ABRT',
    guess: 'network',
    line: 'Watchdog',
  },
  {
    name: 'NCCL without the other side',
    log: 'torch.distributed.DistBackendError: NCCL error in: ../torch/csrc/distributed/c10d/ProcessGroupNCCL.cpp:1970, remote process exited or there was a network error, NCCL version 2.20.5\nncclRemoteError: A call failed possibly due to a network error or a remote process exiting prematurely.\n',
    exitCode: 1,
    guess: 'network',
    line: 'ncclRemoteError',
  },
  {
    name: 'gloo without the other side',
    log: 'RuntimeError: [../third_party/gloo/gloo/transport/tcp/pair.cc:598] Connection closed by peer [10.0.0.7]:41234\n',
    exitCode: 1,
    guess: 'network',
    line: 'Connection closed by peer',
  },
  {
    name: 'a hub that cannot be reached',
    log: "requests.exceptions.ConnectionError: (MaxRetryError(\"HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /gpt2 (Caused by NewConnectionError('<urllib3.connection.HTTPSConnection object>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution'))\"))\n",
    exitCode: 1,
    guess: 'network',
    line: 'huggingface.co',
  },
  {
    name: "a port of torchrun's that is taken",
    log: 'torch.distributed.DistNetworkError: The server socket has failed to listen on any local network address. port: 29500, useIpv6: true, code: -98, name: EADDRINUSE, message: address already in use\n',
    exitCode: 1,
    guess: 'port-in-use',
    line: '29500',
  },
  {
    name: 'a port that is taken',
    log: 'OSError: [Errno 98] Address already in use\n',
    exitCode: 1,
    guess: 'port-in-use',
    line: 'Address already in use',
  },
  {
    name: "Slurm's time limit",
    log: 'slurmstepd: error: *** JOB 4242 ON node7 CANCELLED AT 2026-11-28T12:00:00 DUE TO TIME LIMIT ***\n',
    exitCode: null,
    signal: 'TERM',
    guess: 'timeout',
    line: 'TIME LIMIT',
  },
  {
    name: 'Ctrl-C',
    log: 'Traceback (most recent call last):\n  File "train.py", line 80, in <module>\n    time.sleep(1)\nKeyboardInterrupt\n',
    exitCode: 130,
    guess: 'interrupted',
    line: 'KeyboardInterrupt',
  },
  {
    name: 'torchrun that was told to leave',
    log: 'torch.distributed.elastic.multiprocessing.api.SignalException: Process 2042 got signal: 15\n',
    exitCode: 1,
    guess: 'interrupted',
    line: 'got signal: 15',
  },
  {
    name: 'a mistake in the code',
    log: 'Traceback (most recent call last):\n  File "train.py", line 63, in <module>\n    print(batch["labels"])\nKeyError: \'labels\'\n',
    exitCode: 1,
    guess: 'code-error',
    line: "KeyError: 'labels'",
  },
  {
    name: 'an index out of range on the GPU',
    log: '../aten/src/ATen/native/cuda/Indexing.cu:1290: indexSelectLargeIndex: block: [12,0,0], thread: [0,0,0] Assertion `srcIndex < srcSelectDimSize` failed.\nRuntimeError: CUDA error: device-side assert triggered\n',
    exitCode: 1,
    guess: 'code-error',
    line: 'device-side assert',
  },
  {
    name: 'a crash in native code',
    log: 'run.sh: line 1: 1234 Segmentation fault      (core dumped) python train.py\n',
    exitCode: 139,
    guess: 'code-error',
    line: 'Segmentation fault',
  },
  {
    name: 'nothing but a loss that is no number',
    log: 'step 800 loss=0.41\nstep 801 loss=nan\nstep 802 loss=nan\n',
    exitCode: 1,
    guess: 'nan-loss',
    line: 'step 802 loss=nan',
  },
  {
    name: 'TERM and no word',
    log: 'step 5\n',
    exitCode: null,
    signal: 'TERM',
    guess: 'interrupted',
    line: '',
  },
  {
    name: 'KILL and no word',
    log: 'step 5\n',
    exitCode: null,
    signal: 'KILL',
    guess: 'out-of-memory',
    line: '',
  },
  { name: 'no word at all', log: '', exitCode: 3, guess: 'unknown', line: '' },
  { name: 'a time-out of coreutils', log: 'step 5\n', exitCode: 124, guess: 'timeout', line: '' },
];
