// A real Temporal server 1.32 in one process, in memory, with its own time skipping switched on: the oracle that the
// conformance scenarios are recorded from. Prints the address it serves, then runs until SIGTERM, SIGINT or the end of
// its standard input (so it cannot outlive whoever started it).
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/temporal"
	"go.temporal.io/server/temporaltest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Features that are off by default and that official test suites expect to be on.
var switchedOn = []string{
	"frontend.WorkflowTimeSkippingEnabled",
	"system.enableEagerWorkflowStart",
	"frontend.enableExecuteMultiOperation",
	"frontend.workerVersioningWorkflowAPIs",
	"frontend.workerVersioningDataAPIs",
	"system.enableDeploymentVersions",
	"frontend.activityAPIsEnabled",
	"activity.enableStandalone",
	"activity.startDelayEnabled",
	"activity.enableCallbacks",
	"history.enableChasm",
	"history.enableTransitionHistory",
	"history.enableCHASMCallbacks",
	"nexusoperation.enableStandalone",
	"history.enableUpdateCallbacks",
	"history.enableSignalWithStartFromWorkflow",
	"component.nexusoperations.recordCancelRequestCompletionEvents",
	"frontend.enableCancelWorkerPollsOnShutdown",
}

func settings() dynamicconfig.StaticClient {
	values := dynamicconfig.StaticClient{
		dynamicconfig.MakeKey("system.refreshNexusEndpointsMinWait"): "0s",
		// Search attributes that a request has just added are usable at once.
		dynamicconfig.MakeKey("system.forceSearchAttributesCacheRefreshOnRead"): true,
	}
	for _, key := range switchedOn {
		values[dynamicconfig.MakeKey(key)] = true
	}
	return values
}

// Registers the namespace `default` and waits until it can be used.
func registerNamespace(address string) error {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	service := workflowservice.NewWorkflowServiceClient(connection)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err = service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        "default",
		WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}, grpc.WaitForReady(true)); err != nil {
		return err
	}
	for { // the service's own list of namespaces is refreshed in the background
		_, err = service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: "default"})
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func main() {
	server := temporaltest.NewServer(temporaltest.WithBaseServerOptions(temporal.WithDynamicConfigClient(settings())))
	defer server.Stop()
	if err := registerNamespace(server.GetFrontendHostPort()); err != nil {
		fmt.Fprintln(os.Stderr, "cannot register the namespace `default`:", err)
		os.Exit(1)
	}
	fmt.Println(server.GetFrontendHostPort())

	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end <- syscall.SIGTERM
	}()
	<-end
}
