import type { ModelShape } from '../../domain/workload.ts';

/** What one GPU of a pipeline stage holds. Counts are of parameters, before any sharding over replicas. */
export interface Stage {
  layers: number;
  /** Of one layer, on this GPU. */
  layerParameters: number;
  /** Of input and output embeddings, on this GPU. */
  embeddingParameters: number;
  /** Whether the loss is computed here. */
  head: boolean;
  /** Micro-batches whose activations are held at once. */
  inFlight: number;
}

/** How a model lies over GPUs. */
export interface Split {
  tensor: number;
  pipeline: number;
  /** Replicas. */
  data: number;
  /** The stages that can be the fullest: the first and the last. */
  stages: Stage[];
}

export interface Parallel {
  tensorParallel: number;
  pipelineParallel: number;
}

/** Parameters in the embeddings: one matrix where input and output share it. */
export const embeddingParameters = (model: ModelShape): number =>
  Math.min(model.vocabulary * model.hidden * (model.tiedEmbeddings ? 1 : 2), model.parameters * 0.95);

/** Parameters in the layers. */
export const bodyParameters = (model: ModelShape): number => model.parameters - embeddingParameters(model);

/**
 * Splits a model over GPUs: layers evenly over the pipeline's stages, each layer and the embeddings over the tensor-parallel
 * group. Under 1F1B the first stage holds as many micro-batches as there are stages, the last one one (arXiv 2205.05198, §4).
 */
export function splitModel(model: ModelShape, parallel: Parallel, gpus: number): Split {
  const { tensorParallel: tensor, pipelineParallel: pipeline } = parallel;
  const data = Math.max(1, Math.floor(gpus / (tensor * pipeline)));
  const layers = Math.ceil(model.layers / pipeline);
  const layerParameters = bodyParameters(model) / model.layers / tensor;
  const embeddings = embeddingParameters(model) / tensor;
  const one = model.tiedEmbeddings ? embeddings : embeddings / 2;
  const stages: Stage[] =
    pipeline === 1
      ? [{ layers, layerParameters, embeddingParameters: embeddings, head: true, inFlight: 1 }]
      : [
          { layers, layerParameters, embeddingParameters: one, head: false, inFlight: pipeline },
          { layers, layerParameters, embeddingParameters: one, head: true, inFlight: 1 },
        ];
  return { tensor, pipeline, data, stages };
}

export const stageParameters = (stage: Stage): number =>
  stage.layers * stage.layerParameters + stage.embeddingParameters;
