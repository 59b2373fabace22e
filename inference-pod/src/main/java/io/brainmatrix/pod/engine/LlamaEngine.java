package io.brainmatrix.pod.engine;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.Pair;
import de.kherud.llama.args.CacheType;
import io.brainmatrix.memory.footprint.SharedCache;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * llama.cpp in this JVM through java-llama.cpp 4.2.0. A fixed set of flags built here, nothing
 * passed through: a flag that it cannot parse makes a model whose next call is a SIGSEGV. Never
 * closed and never reloaded: closing frees nothing, the end of the process does.
 */
public final class LlamaEngine implements Engine {
    private static final String SYSTEM = "system";

    /** A small part of the scratch volume. */
    private static final long LOG_MAX_BYTES = 4L << 20;

    private static final Duration LOG_PATIENCE = Duration.ofSeconds(1);

    private final LlamaModel model;
    private final boolean firstToken;
    private final OptionalInt layersOnGpu;
    private final Map<Part, Long> buffers;
    private final BoundedLog log;

    private LlamaEngine(LlamaModel model, Settings settings) {
        this.model = model;
        this.firstToken = settings.firstToken();
        List<String> told = LogTail.ofLoad(settings.log(), LOG_PATIENCE); // before it is cut
        this.layersOnGpu = LogTail.layersOnGpu(told);
        this.buffers = LogTail.buffers(told);
        this.log = new BoundedLog(settings.log(), LOG_MAX_BYTES);
    }

    /** Loads through {@link #load}. */
    public static EngineLoader loader() {
        return new EngineLoader() {
            @Override
            public Engine load(Settings settings) throws EngineException {
                return LlamaEngine.load(settings);
            }

            @Override
            public boolean offloads() {
                return LlamaLibrary.offloads();
            }
        };
    }

    /**
     * How to load.
     *
     * @param contextLength tokens, over all slots
     * @param threads at most the cores that may be used: more collapse the speed
     * @param parallel slots, which share the context out evenly
     * @param batchSize prompt tokens that are evaluated together; fewer where several slots share a
     *     cache
     * @param cacheTypeK ggml's name of the type of the cache of keys, such as {@code f16}
     * @param cacheTypeV likewise of values; the library aborts on a quantised one without flash
     *     attention
     * @param gpuLayers 0 leaves everything to the CPU
     * @param firstToken whether the model puts a token of its own before each prompt
     * @param log where the native library writes; its reasons for a refusal are only there
     */
    public record Settings(
            Path model,
            int contextLength,
            int threads,
            int parallel,
            int batchSize,
            String cacheTypeK,
            String cacheTypeV,
            boolean flashAttention,
            int gpuLayers,
            boolean firstToken,
            Path log) {
        /** The library's own default, and the largest computation whatever the batch. */
        private static final int MICRO_BATCH_MAX = 512;

        /** Prompt tokens in one computation, of a batch. */
        public static int microBatchSize(int batchSize) {
            return Math.min(batchSize, MICRO_BATCH_MAX);
        }

        private int microBatchSize() {
            return SharedCache.batchSize(parallel, microBatchSize(batchSize));
        }

        /** A batch of several computations needs several free rows at once. */
        private int batch() {
            return parallel == 1 ? batchSize : microBatchSize();
        }

        private int cells() {
            return SharedCache.cells(contextLength, parallel, microBatchSize());
        }
    }

    /**
     * Loads the model; blocks until it is loaded and cannot be cancelled.
     *
     * @throws EngineException when the native library refuses it
     */
    public static LlamaEngine load(Settings settings) throws EngineException {
        ModelParameters parameters =
                new ModelParameters()
                        .setModel(settings.model().toString())
                        .setCtxSize(settings.cells())
                        .setDefragThold(SharedCache.SCATTERED)
                        .setBatchSize(settings.batch())
                        .setUbatchSize(settings.microBatchSize())
                        .setThreads(settings.threads())
                        .setThreadsBatch(settings.threads())
                        .setParallel(settings.parallel())
                        .setCacheTypeK(type(settings.cacheTypeK()))
                        .setCacheTypeV(type(settings.cacheTypeV()))
                        // With mmap a memory limit makes the page cache thrash instead of meaning
                        // anything.
                        .disableMmap()
                        // A prompt beyond the context is an error instead of being cut silently.
                        .disableContextShift()
                        .skipWarmup()
                        .enableJinja()
                        .setLogFile(settings.log().toString());
        if (settings.gpuLayers() > 0) { // a library without a GPU takes 0 for a warning too
            parameters.setGpuLayers(settings.gpuLayers());
        }
        if (settings.flashAttention()) {
            parameters.enableFlashAttn();
        }
        try {
            return new LlamaEngine(new LlamaModel(parameters), settings);
        } catch (RuntimeException e) { // the library's own exception type is package-private
            throw new EngineException(LogTail.reason(settings.log(), e.getMessage()), e);
        }
    }

    private static CacheType type(String name) {
        return CacheType.valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public Outcome generate(Request request, Predicate<String> sink) {
        log.trim();
        if (!request.grammar().map(this::writes).orElse(true)) {
            throw new NotWritable();
        }
        // Stop texts are looked for here: the library loses what it held back as the beginning of
        // one when the answer ends otherwise.
        StopTexts stops = new StopTexts(request.stop());
        LlamaIterator outputs = model.generate(parameters(request)).iterator();
        int tokens = 0;
        String last = "";
        // An iterator that is left alone keeps its slot: it is read to its end or cancelled from
        // here.
        while (outputs.hasNext()) {
            String piece = outputs.next().text;
            if (!outputs.hasNext()) {
                break; // the end's own packet is no token and has no text
            }
            last = piece;
            tokens = Math.min(tokens + tokensOf(piece), request.maxTokens());
            boolean goesOn = sink.test(stops.next(piece));
            if (stops.found() || !goesOn) {
                outputs.cancel();
                return new Outcome(tokens, stops.found() ? Ending.Stop : Ending.Cancelled);
            }
        }
        var _ = sink.test(stops.rest());
        // A model that puts no token before a prompt has nothing to go on then.
        if (tokens == 0 && request.prompt().isEmpty()) {
            return new Outcome(0, Ending.Stop);
        }
        // The token that ends a text has none of its own, any other that is the last one has, or is
        // part of a character that is not whole and never comes.
        return last.isEmpty() && tokens > 0
                ? new Outcome(tokens, Ending.Stop)
                : new Outcome(request.maxTokens(), Ending.Length);
    }

    private static InferenceParameters parameters(Request request) {
        Sampling sampling = request.sampling();
        InferenceParameters parameters =
                new InferenceParameters(request.prompt())
                        .setNPredict(request.maxTokens())
                        .setTemperature((float) sampling.temperature())
                        .setTopP((float) sampling.topP())
                        .setTopK(sampling.topK())
                        .setMinP((float) sampling.minP())
                        .setRepeatPenalty((float) sampling.repeatPenalty())
                        .setFrequencyPenalty((float) sampling.frequencyPenalty())
                        .setPresencePenalty((float) sampling.presencePenalty());
        if (!sampling.logitBias().isEmpty()) {
            Map<Integer, Float> bias = new HashMap<>();
            sampling.logitBias().forEach((id, by) -> bias.put(id, by.floatValue()));
            parameters.setTokenIdBias(bias);
        }
        if (sampling.seed() >= 0) {
            parameters.setSeed(sampling.seed());
        }
        request.grammar().ifPresent(parameters::setGrammar);
        return parameters;
    }

    /**
     * Where no token fits a grammar the library aborts: so what is in the grammar must come out of
     * the tokenizer as it went in.
     */
    private boolean writes(String grammar) {
        return model.decode(model.encode(grammar)).strip().equals(grammar.strip());
    }

    /** A piece is a token, but for characters that several tokens may have made together. */
    private int tokensOf(String piece) {
        if (piece.chars().allMatch(c -> c < 0x80)) {
            return 1;
        }
        // Behind a neighbour: some tokenizers put a space before a text.
        return Math.max(1, model.encode("." + piece).length - model.encode(".").length);
    }

    @Override
    public OptionalInt layersOnGpu() {
        return layersOnGpu;
    }

    @Override
    public Map<Part, Long> buffers() {
        return buffers;
    }

    @Override
    public int countTokens(String text) {
        return model.encode(text).length + (firstToken ? 1 : 0);
    }

    @Override
    public int[] tokens(String text) {
        return model.encode(text);
    }

    @Override
    public String prompt(List<Message> messages) {
        // The library takes one system message, apart from the others, and aborts without any.
        String system =
                messages.stream()
                        .filter(m -> m.role().equals(SYSTEM))
                        .map(Message::content)
                        .collect(Collectors.joining("\n\n"));
        List<Pair<String, String>> pairs = new ArrayList<>();
        for (Message message : messages) {
            if (!message.role().equals(SYSTEM)) {
                pairs.add(new Pair<>(message.role(), message.content()));
            }
        }
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("there is no message but of the system");
        }
        try {
            return model.applyTemplate(new InferenceParameters("").setMessages(system, pairs));
        } catch (RuntimeException e) { // the library's own exception type is package-private
            throw new IllegalArgumentException("the model's chat template refuses them", e);
        }
    }
}
