# Everything that a developer types. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MVN = JAVA_HOME=$$(scripts/jdk) && export JAVA_HOME && mvn -B -ntp
GENERATOR = model-generator/target/model-generator-0.1.0-SNAPSHOT.jar

.PHONY: help build test test-full images load-images airgap support-bundle model inspect simulate chaos record-trace bench-footprint bench-guard bench-engine bench-lives bench-chronicle bench-prompt soak soak-minds quickstart class-list crds format clean
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
build: ## compile and package everything, tests left out
	@$(MVN) -q package -DskipTests
test: ## all tests; those on a real cluster too when KUBECONFIG is set
	@scripts/test
test-full: ## all tests at full length
	@scripts/test --full
images: build ## build/images/*.tar, without a container engine or a registry: [ARCH=arm64], another machine's to build/images-ARCH
	@JAVA_HOME=$$(scripts/jdk) && export JAVA_HOME && scripts/images $(if $(ARCH),--arch "$(ARCH)")
load-images: ## bring build/images to the cluster of KUBECONFIG
	@scripts/load-images
airgap: images ## build/airgap: one archive with images, chart, definitions and an installer, for machines without a network: [ARCH=arm64]
	@scripts/airgap $(if $(ARCH),--arch "$(ARCH)")
support-bundle: ## one archive of what helps to find out what is wrong on the cluster of KUBECONFIG: [OUT=file.tar.gz]
	@scripts/support-bundle $(if $(OUT),--out "$(OUT)")
$(GENERATOR): $(shell find model-generator/src/main -name '*.java')
	@$(MVN) -q package -DskipTests -pl model-generator -am
model: $(GENERATOR) ## a generated GGUF: OUT=file.gguf [SIZE_MB=n] [MODE=chain|random]
	@test -n "$(OUT)" || { echo "make model: say where, with OUT=file.gguf" >&2; exit 2; }
	@"$$(scripts/jdk)"/bin/java -jar $(GENERATOR) --out "$(OUT)" $(if $(SIZE_MB),--size-mb $(SIZE_MB)) $(if $(MODE),--mode $(MODE))
INSPECTOR = edge-memory/target/edge-memory-0.1.0-SNAPSHOT.jar
$(INSPECTOR): $(shell find edge-memory/src/main -name '*.java')
	@$(MVN) -q package -DskipTests -pl edge-memory -am
inspect: $(INSPECTOR) ## what a model is and needs, and whether it fits: MODEL=file.gguf [CONTEXT=n] [RAM=8Gi] [GPU=4Gi]
	@scripts/inspect "MODEL=$(MODEL)" $(if $(CONTEXT),"CONTEXT=$(CONTEXT)") $(if $(RAM),"RAM=$(RAM)") $(if $(GPU),"GPU=$(GPU)")
simulate: ## the operator's decisions against a cluster on paper: [SEEDS=1000] [FROM=1]
	@$(MVN) -q package -DskipTests -pl simulation -am -Dquarkus.build.skip=true
	@"$$(scripts/jdk)"/bin/java -XX:+UseParallelGC -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
	  -cp 'simulation/target/simulation-0.1.0-SNAPSHOT.jar:simulation/target/lib/*' io.brainmatrix.simulation.Simulate \
	  $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FROM),--from $(FROM))
chaos: ## random faults on the cluster of KUBECONFIG, whose node must be this machine: [RUNS=5] [SEED=1]
	@scripts/chaos $(or $(RUNS),5) $(or $(SEED),1)
bench-lives: ## many lives of one instance, its pods played by kwok, and on the real kubelet: [LIVES=1000] [REAL=50]
	@bench/lives $(or $(LIVES),1000) $(or $(REAL),50)
record-trace: ## record the node's memory while instances load, die and answer on the cluster of KUBECONFIG
	@bench/record-trace
bench-footprint: ## predicted footprints against real pods, as root: [SEED=1] [SHAPES=20]
	@bench/footprint $(or $(SEED),1) $(or $(SHAPES),20)
bench-guard: ## how soon the guard acts, in a pod and beside earlyoom, and how punctual it is, as root: [TRIES=100]
	@bench/guard $(or $(TRIES),100)
bench-engine: ## the pod beside its engine called directly and Debian's llama.cpp, as root: [SIZE_MB=300] [ROUNDS=7]
	@bench/engine $(or $(SIZE_MB),300) $(or $(ROUNDS),7)
soak: ## load against the packaged pod, and whether anything of it grows, as root: [HOURS=1] [MINUTES=n] [SEED=1] [SLOTS=1] [LOAD=mixed|full]
	@bench/soak $(or $(MINUTES),$(shell echo $$(( $(or $(HOURS),1) * 60 )))) $(or $(SEED),1) $(or $(SLOTS),1) $(or $(LOAD),mixed)
bench-chronicle: ## how fast the chronicle stores and tells: [ROWS=20000] [INSTANCES=1000] [SECONDS=60]
	@bench/chronicle $(or $(ROWS),20000) $(or $(INSTANCES),1000) $(or $(SECONDS),60)
bench-prompt: ## how long a mind takes to put a prompt together: [CONTEXT=16384] [TIMES=200]
	@bench/prompt $(or $(CONTEXT),16384) $(or $(TIMES),200)
soak-minds: ## three minds that die again and again on the cluster of KUBECONFIG, and whether anything is lost or grows: [HOURS=1] [MINUTES=n]
	@bench/soak-minds $(or $(MINUTES),$(shell echo $$(( $(or $(HOURS),1) * 60 ))))
quickstart: ## watch an example come up, die and come back: on KUBECONFIG's cluster, a K3s in Docker, or this machine itself
	@scripts/quickstart
class-list: build ## which classes an inference pod loads, for the archive of them in its image: after a change of what it is made of
	@JAVA_HOME=$$(scripts/jdk) && export JAVA_HOME && scripts/class-list deploy/containers/inference-pod.classlist
crds: ## regenerate the API's definitions in crds/ and the chart
	@$(MVN) -q -pl crds test -Dtest=CrdDriftTest -Dbrainmatrix.crds.write=true
format: ## format all sources
	@$(MVN) -q spotless:apply
clean: ## remove what was built
	@$(MVN) -q clean; rm -rf build
