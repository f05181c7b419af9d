package schemas

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"
)

// documents returns the YAML documents of a file as JSON, by kind.
func documents(t *testing.T, file string) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	all := make(map[string][]byte)
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for {
		doc, err := reader.Read()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		var of struct{ Kind, APIVersion string }
		require.NoError(t, strict.Unmarshal(doc, &of))
		all[of.APIVersion+" "+of.Kind] = doc
	}
}

func TestJobsAreAsKubernetesReadsThem(t *testing.T) {
	var shard, merge batchv1.Job
	var claim corev1.PersistentVolumeClaim
	require.NoError(t, strict.UnmarshalStrict(documents(t, "../kubernetes/shard.yaml")["batch/v1 Job"], &shard))
	merging := documents(t, "../kubernetes/merge.yaml")
	require.NoError(t, strict.UnmarshalStrict(merging["batch/v1 Job"], &merge))
	require.NoError(t, strict.UnmarshalStrict(merging["v1 PersistentVolumeClaim"], &claim))

	// What the API server asks of an Indexed Job with a limit by index, as its validation documents it.
	require.Equal(t, batchv1.IndexedCompletion, *shard.Spec.CompletionMode)
	require.NotNil(t, shard.Spec.BackoffLimitPerIndex)
	require.Nil(t, shard.Spec.BackoffLimit)
	require.LessOrEqual(t, *shard.Spec.MaxFailedIndexes, *shard.Spec.Completions)
	require.LessOrEqual(t, *shard.Spec.Parallelism, *shard.Spec.Completions)
	for _, job := range []batchv1.Job{shard, merge} {
		pod := job.Spec.Template.Spec
		require.Equal(t, corev1.RestartPolicyNever, pod.RestartPolicy, "a pod failure policy wants it")
		require.Len(t, pod.Containers, 1)
		for _, rule := range job.Spec.PodFailurePolicy.Rules {
			if on := rule.OnExitCodes; on != nil {
				require.Equal(t, pod.Containers[0].Name, *on.ContainerName)
				require.NotContains(t, on.Values, int32(0))
			}
			if rule.Action == batchv1.PodFailurePolicyActionFailIndex {
				require.NotNil(t, job.Spec.BackoffLimitPerIndex)
			}
		}
		for _, mount := range pod.Containers[0].VolumeMounts {
			found := false
			for _, v := range pod.Volumes {
				found = found || v.Name == mount.Name
			}
			require.True(t, found, mount.Name)
		}
	}
	require.Equal(t, strconv.Itoa(int(*shard.Spec.Completions)), after(t, shard.Spec.Template.Spec.Containers[0].Args, "--count"))
	require.Equal(t, claim.Name, merge.Spec.Template.Spec.Volumes[0].PersistentVolumeClaim.ClaimName)
	require.Equal(t, after(t, shard.Spec.Template.Spec.Containers[0].Args, "--store"), merge.Spec.Template.Spec.Containers[0].Args[1])
}

// after returns the argument behind another.
func after(t *testing.T, args []string, name string) string {
	t.Helper()
	for i := range args[:len(args)-1] {
		if args[i] == name {
			return args[i+1]
		}
	}
	t.Fatalf("no %s in %v", name, args)
	return ""
}

func TestJobDefinitionsAreAsBatchReadsThem(t *testing.T) {
	for _, name := range []string{"shard", "merge"} {
		data, err := os.ReadFile("../aws-batch/" + name + ".json")
		require.NoError(t, err)
		var in batch.RegisterJobDefinitionInput
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&in), name)
		require.Equal(t, "container", string(in.Type))
		require.Equal(t, "edgewise-"+name, *in.JobDefinitionName)
		require.Equal(t, name, in.ContainerProperties.Command[0])
		require.NotContains(t, string(in.PlatformCapabilities[0]), "container")
		require.NotEmpty(t, in.PlatformCapabilities[0].Values())
		require.Contains(t, in.PlatformCapabilities[0].Values(), in.PlatformCapabilities[0])
		require.LessOrEqual(t, *in.RetryStrategy.Attempts, int32(10))
		require.LessOrEqual(t, len(in.RetryStrategy.EvaluateOnExit), 5)
		for _, e := range in.RetryStrategy.EvaluateOnExit {
			require.Contains(t, []string{"EXIT", "RETRY"}, string(e.Action))
			if e.OnExitCode != nil {
				require.Regexp(t, `^[0-9]*\*?$`, *e.OnExitCode)
			}
		}
		// Every Ref::name is a parameter.
		for _, ref := range regexp.MustCompile(`Ref::(\w+)`).FindAllStringSubmatch(strings.Join(in.ContainerProperties.Command, " "), -1) {
			require.Contains(t, in.Parameters, ref[1])
		}
		for _, m := range in.ContainerProperties.MountPoints {
			require.Equal(t, *in.ContainerProperties.Volumes[0].Name, *m.SourceVolume)
		}
		// The pairs of cores and memory that Fargate has: https://docs.aws.amazon.com/batch/latest/userguide/fargate.html
		require.Equal(t, "2", *in.ContainerProperties.ResourceRequirements[0].Value)
		memory, err := strconv.Atoi(*in.ContainerProperties.ResourceRequirements[1].Value)
		require.NoError(t, err)
		require.True(t, memory >= 4096 && memory <= 16384 && memory%1024 == 0, "%d MiB with two cores", memory)
	}
}
