"""What a person should know about each field of a CreateJob body, in our own words: the schema's hand-written half.

The SDK says which fields there are and of which type; this table adds descriptions, allowed values, limits, examples
and deprecations. `generate.py` fails when the SDK has a field that is not described here, or the other way round.
"""

from __future__ import annotations

from typing import Any

Notes = dict[str, Any]

JOB_TYPES = (
    "TFJob",
    "PyTorchJob",
    "MPIJob",
    "XGBoostJob",
    "OneFlowJob",
    "ElasticBatchJob",
    "RayJob",
    "SlurmJob",
    "DataJuicerJob",
)


def note(description: str, **keywords: Any) -> Notes:
    """The annotations of one field: its description and any further JSON Schema keywords."""
    return {"description": description, **keywords}


def unused(description: str) -> Notes:
    """The annotations of a field that the service accepts and should not be written any more."""
    return note(description, deprecated=True)


CREATE_JOB: dict[str, dict[str, Notes]] = {
    "CreateJobRequest": {
        "Accessibility": note(
            "Who may see the job: everybody in the workspace, or its creator and the administrators.",
            enum=["PUBLIC", "PRIVATE"],
            default="PRIVATE",
        ),
        "CodeSource": note("Code that is checked out into every node before the job starts."),
        "CredentialConfig": note("Temporary cloud credentials that are made available inside the job."),
        "CustomEnvs": note("Environment variables with a visibility of their own."),
        "DataSources": note("Datasets and storage paths mounted into every node."),
        "DebuggerConfigContent": unused("Ignored by the service."),
        "Description": note("Free text about the job."),
        "DisplayName": note(
            "Name of a launched job; names may repeat. Letters, digits, `_`, `.` and `-`, at most 256 characters.",
            pattern="^[A-Za-z0-9_.-]*$",
            maxLength=256,
            examples=["resnet50-imagenet-20260101"],
        ),
        "ElasticSpec": unused("Ignored by the service."),
        "Envs": note(
            "Environment variables of all nodes, names to text. Quote numbers and true/false.",
            examples=[{"NCCL_DEBUG": "INFO"}],
        ),
        "JobMaxRunningTimeMinutes": note(
            "Stops the job after so many minutes, at least one; leave it out for no limit.", minimum=1, examples=[1440]
        ),
        "JobSpecs": note("The kinds of nodes the job runs on: one entry for each role.", minItems=1),
        "JobType": note(
            "Framework of the job. Upper and lower case count; it can never be changed on a running job.",
            enum=list(JOB_TYPES),
            examples=["PyTorchJob"],
        ),
        "Options": note("Mount tuning as text: `key=value,key=value`."),
        "Priority": note("From 1 (lowest) to 9 (highest).", minimum=1, maximum=9, default=1),
        "ResourceId": note("Id of the resource quota to run on. Left out: public pay-as-you-go resources."),
        "SchedulingStrategy": note("How the scheduler places the job.", examples=["Auto"]),
        "Settings": note("Switches and limits of the whole job."),
        "SuccessPolicy": note(
            "When a TFJob counts as succeeded: with its chief, or with all workers.",
            enum=["ChiefWorker", "AllWorkers", "Partial"],
            default="AllWorkers",
        ),
        "TemplateId": note("Template the job is launched from. Rarely useful inside a template."),
        "TemplateVersion": note(
            "Version of that template. Left out: its default version.",
            minimum=1,
        ),
        "ThirdpartyLibDir": note("Folder inside the job that holds a requirements.txt to install."),
        "ThirdpartyLibs": note("Python packages to install before the start.", examples=[["tqdm==4.66.1"]]),
        "UserCommand": note(
            "Command started on every node. Write a shell variable as `$NAME` or `$${NAME}`.",
            examples=["python train.py --epochs 90"],
        ),
        "UserVpc": note("The network of yours that the nodes join."),
        "WorkspaceId": note("Workspace of launched jobs. The target decides; leave it out."),
    },
    "CreateJobRequestCodeSource": {
        "Branch": note("Branch to check out. Left out: the one of the code source."),
        "CodeSourceId": note(
            "Id of a code source registered in the workspace.", examples=["code-20210111103721-85qz78ia96lu"]
        ),
        "Commit": note("Commit to check out. Left out: the newest of the branch."),
        "IsSharedMountPath": note("Whether the nodes share one checkout."),
        "MountPath": note("Folder of the checkout inside the node. Left out: the one of the code source."),
    },
    "CredentialConfig": {
        "AliyunEnvRoleKey": note("Key of the role whose credentials are put into environment variables."),
        "CredentialConfigItems": note("The credentials to provide."),
        "EnableCredentialInject": note("Whether credentials are provided at all."),
    },
    "CredentialConfigItem": {
        "Key": note("Name of this credential."),
        "Roles": note("RAM roles to take on, in a chain."),
        "Type": note("How the credential is obtained.", examples=["Role"]),
    },
    "CredentialRole": {
        "AssumeRoleFor": note("Id of the user the role is taken on for."),
        "AssumeUserInfo": note("The identity that takes on the role."),
        "Policy": note("Policy that narrows the role, as JSON text."),
        "RoleArn": note("ARN of the role.", examples=["acs:ram::1234567890123456:role/training"]),
        "RoleType": note("Kind of role.", examples=["service", "user"]),
    },
    "AssumeUserInfo": {
        "AccessKeyId": note("Access key. Never write one into a manifest; use `${env.NAME}`."),
        "Id": note("Id of the user."),
        "SecurityToken": note("Token that belongs to a temporary access key; use `${env.NAME}`."),
        "Type": note("Kind of user."),
    },
    "CreateJobRequestCustomEnvs": {
        "Key": note("Name of the variable."),
        "Value": note("Its value."),
        "Visible": note("Who may see the value.", examples=["public", "private"]),
    },
    "CreateJobRequestDataSources": {
        "AccessPointId": note("Access point, for CPFS storage."),
        "DataSourceId": note("Id of a registered dataset. Excludes Uri.", examples=["d-cn9dl2mk3y5a7b"]),
        "DataSourceVersion": note("Version of the dataset.", examples=["v1"]),
        "EnableCache": note("Whether reads go through a cache."),
        "MountAccess": note("Read-only or read-write.", enum=["RO", "RW"]),
        "MountPath": note("Folder inside the node. Left out: the one of the dataset.", examples=["/mnt/data"]),
        "Options": note("Mount options as JSON text; for OSS only."),
        "RoleArn": note("RAM role that is used to reach the storage."),
        "RoleChain": note("Chain of roles that is used to reach the storage, as JSON text."),
        "Uri": note(
            "Storage path without a registered dataset. Excludes DataSourceId.",
            examples=["oss://bucket.oss-cn-hangzhou-internal.aliyuncs.com/path/"],
        ),
    },
    "JobElasticSpec": {
        "AIMasterDockerImage": unused("Image of the AIMaster."),
        "AIMasterType": unused("Kind of AIMaster."),
        "EDPMaxParallelism": unused("Most data-parallel workers."),
        "EDPMinParallelism": unused("Fewest data-parallel workers."),
        "ElasticStrategy": unused("Strategy of elastic training."),
        "EnableAIMaster": unused("Switches AIMaster on."),
        "EnableEDP": unused("Switches elastic data parallelism on."),
        "EnableElasticTraining": unused("Switches elastic training on."),
        "EnablePsJobElasticPS": unused("Lets parameter servers scale."),
        "EnablePsJobElasticWorker": unused("Lets workers of a parameter-server job scale."),
        "EnablePsResourceEstimate": unused("Estimates the resources of parameter servers."),
        "MaxParallelism": unused("Most workers."),
        "MinParallelism": unused("Fewest workers."),
        "PSMaxParallelism": unused("Most parameter servers."),
        "PSMinParallelism": unused("Fewest parameter servers."),
    },
    "JobSpec": {
        "AssignNodeSpec": note("Which nodes of the quota may or must not be used."),
        "AutoScalingSpec": note("How the number of replicas follows the load."),
        "ConsiderInSuccessPolicy": note("Whether this role counts when SuccessPolicy is Partial."),
        "Driver": note("GPU driver version.", examples=["535.161.08"]),
        "EcsSpec": note(
            "Instance type on public resources. Excludes ResourceConfig.",
            examples=["ecs.gn6i-c4g1.xlarge", "ecs.g6.large"],
        ),
        "ElasticSpotSpecs": note("Spot instance types to choose from."),
        "ExtraPodSpec": note("Additions to the Kubernetes pod: side cars, labels, lifecycle hooks."),
        "HyperNodeSchedulingConfig": note("Scheduling on hyper nodes."),
        "Image": note(
            "Container image, written exactly as the workspace lists it, or a public image.",
            examples=[
                "dsw-registry-vpc.cn-hangzhou.cr.aliyuncs.com/pai/pytorch-training:2.3-gpu-py311-cu121-ubuntu22.04"
            ],
        ),
        "ImageConfig": note("Credentials of a private registry."),
        "IsCheif": unused("Misspelt form of IsChief; write IsChief."),
        "IsChief": note("Marks the role that leads the job; at most one."),
        "LocalMountSpecs": note("Folders of the machine mounted into the node."),
        "OversoldType": note("Whether the role may, must or must not run on oversold resources."),
        "PodCount": note("How many nodes have this role.", minimum=0, examples=[1]),
        "QuotaId": note("Resource quota of this role, where it differs from the job's."),
        "ResourceConfig": note("CPU, memory and GPUs of each node; on a resource quota. Excludes EcsSpec."),
        "RestartPolicy": note(
            "When a finished node is started again.", enum=["Always", "Never", "OnFailure", "ExitCode"]
        ),
        "ServiceSpec": note("Ports that the nodes offer to each other."),
        "SpotSpec": note("Price limit of spot instances."),
        "StartupDependencies": note("Roles that must have come up before this one starts."),
        "SystemDisk": note("System disk of the machine."),
        "Type": note(
            "Role of the nodes; which ones exist depends on JobType.",
            examples=["Worker", "Master", "Chief", "PS", "Evaluator", "GraphLearn", "Head"],
        ),
        "UseSpotInstance": note("Whether spot instances are used."),
        "UserCommand": note("Command of this role, instead of the job's."),
    },
    "AssignNodeSpec": {
        "AntiAffinityHyperNodes": note("Hyper nodes to stay away from."),
        "AntiAffinityNodeNames": note("Nodes to stay away from, separated by commas."),
        "EnableAssignNode": note("Whether the assignment is in force."),
        "HyperNodes": note("Hyper nodes to run on."),
        "NodeNames": note("Nodes to run on, separated by commas."),
    },
    "HyperNodeSpec": {
        "HyperNodeName": note("Name of the hyper node."),
        "NodeNames": note("Nodes inside it, separated by commas."),
    },
    "AutoScalingSpec": {
        "AutoscalingMetricSpec": note("The metric that decides."),
        "MaxReplicas": note("Most replicas.", minimum=0),
        "MinReplicas": note("Fewest replicas.", minimum=0),
        "PodsToDelete": note("Pods to remove first."),
        "ScalingStrategy": note("How replicas are added and removed."),
    },
    "AutoscalingMetricSpec": {
        "MetricName": note("Name of the metric."),
        "StabilizationWindowSeconds": note("How long a value must hold before it counts.", minimum=0),
        "TargetValue": note("Value to keep the metric at."),
        "Tolerance": note("How far the metric may be off."),
    },
    "ElasticSpotSpec": {
        "InstanceType": note("Instance type."),
        "SpotDiscountLimit": note("Highest price as a share of the list price. Excludes SpotPriceLimit.", minimum=0),
        "SpotPriceLimit": note("Highest price. Excludes SpotDiscountLimit.", minimum=0),
        "SpotStrategy": note(
            "Which type is preferred.", enum=["LowestPrice", "CapacityOptimized"], default="LowestPrice"
        ),
    },
    "ExtraPodSpec": {
        "InitContainers": note("Containers that run to their end before the node starts."),
        "Lifecycle": note("Commands run after the start and before the stop."),
        "MainContainerSecurityContext": note("Rights of the main container."),
        "PodAnnotations": note("Kubernetes annotations of the pod."),
        "PodLabels": note("Kubernetes labels of the pod."),
        "SharedVolumeMountPaths": note("Folders that all containers of the pod share."),
        "SideCarContainers": note("Containers that run beside the node."),
    },
    "ContainerSpec": {
        "Args": note("Arguments of the command."),
        "Command": note("Program to start."),
        "Env": note("Environment variables of the container."),
        "Image": note("Image of the container."),
        "Name": note("Name of the container."),
        "Resources": note("Resources of the container."),
        "SecurityContext": note("Rights of the container."),
        "WorkingDir": note("Folder in which the command starts."),
    },
    "EnvVar": {"Name": note("Name of the variable."), "Value": note("Its value, as text.")},
    "ResourceRequirements": {
        "Limits": note("Most the container may use.", examples=[{"cpu": "2", "memory": "4Gi"}]),
        "Requests": note("What is reserved for the container.", examples=[{"cpu": "1", "memory": "2Gi"}]),
    },
    "SecurityContext": {
        "Capabilities": note("Linux capabilities to add and drop."),
        "Privileged": note("Whether the container has all rights of the machine."),
        "RunAsGroup": note("Group id of the processes.", minimum=0),
        "RunAsUser": note("User id of the processes.", minimum=0),
        "SeccompProfile": note("Filter of system calls."),
    },
    "SecurityContextCapabilities": {
        "Add": note("Capabilities to add.", examples=[["SYS_PTRACE"]]),
        "Drop": note("Capabilities to take away."),
    },
    "SeccompProfile": {
        "LocalhostProfile": note("File of the profile on the machine; for type Localhost."),
        "Type": note("Where the profile comes from.", enum=["Localhost", "RuntimeDefault", "Unconfined"]),
    },
    "Lifecycle": {
        "PostStart": note("Runs right after the container has started."),
        "PreStop": note("Runs before the container is stopped."),
    },
    "LifecyclePostStart": {"Exec": note("The command to run.")},
    "LifecyclePostStartExec": {"Command": note("Program and arguments.")},
    "LifecyclePreStop": {"Exec": note("The command to run.")},
    "LifecyclePreStopExec": {"Command": note("Program and arguments.")},
    "HyperNodeSchedulingConfig": {
        "MinAvailable": note("Fewest nodes that must be there to start.", minimum=0),
        "QualityPolicy": note("How strictly placement is judged."),
    },
    "ImageConfig": {
        "Auth": note("User and password in base64; use `${env.NAME}`."),
        "DockerRegistry": note("Address of the registry.", examples=["registry.cn-hangzhou.aliyuncs.com"]),
        "Password": note("Password; use `${env.NAME}`."),
        "Username": note("User name."),
    },
    "LocalMountSpec": {
        "LocalPath": note("Folder of the machine."),
        "MountMode": note("How it is mounted."),
        "MountPath": note("Folder inside the node."),
    },
    "ResourceConfig": {
        "CPU": note("CPU cores, as text.", examples=["4"]),
        "GPU": note("Number of GPUs, as text.", examples=["1"]),
        "GPUType": note("GPU model."),
        "Memory": note("Memory, as text with a unit.", examples=["16Gi"]),
        "SharedMemory": note("Shared memory, as text with a unit.", examples=["8Gi"]),
    },
    "ServiceSpec": {
        "DefaultPort": note("Port of the service.", minimum=1, maximum=65535),
        "ExtraPorts": note("Further ports."),
        "ServiceMode": note(
            "One service for the role, or one for each pod.", enum=["PerRole", "PerPod"], default="PerPod"
        ),
    },
    "SpotSpec": {
        "SpotDiscountLimit": note("Highest price as a share of the list price. Excludes SpotPriceLimit.", minimum=0),
        "SpotPriceLimit": note("Highest price in CNY per minute. Excludes SpotDiscountLimit.", minimum=0),
        "SpotStrategy": note("Bidding strategy.", examples=["SpotWithPriceLimit"]),
    },
    "StartupDependency": {
        "MinReplicas": note("How many replicas must be ready, as text."),
        "OnPhase": note("Phase that must be reached.", examples=["Running"]),
        "Type": note("Role that is waited for."),
    },
    "SystemDisk": {
        "Category": note("Kind of disk.", examples=["cloud_essd"]),
        "PerformanceLevel": note("Performance level of the disk.", examples=["PL1"]),
        "Size": note("Size in GiB.", minimum=1),
    },
    "JobSettings": {
        "AdvancedSettings": note("Further settings; any keys."),
        "AllocateAllRDMADevices": note("Gives the node all RDMA devices of the machine."),
        "AllowUnschedulableNodes": note("Allows machines that are closed for scheduling."),
        "BusinessUserId": note("Id of the user the job is run for."),
        "Caller": note("Program on whose behalf the job runs."),
        "DataJuicerConfig": note("Settings of a DataJuicerJob."),
        "DisableEcsStockCheck": note("Skips the check whether instances are in stock."),
        "Driver": note("GPU driver version.", examples=["535.161.08"]),
        "ElasticSpotJobMaxRestartTimes": note("How often an elastic spot job is restarted.", minimum=0),
        "EnableCPUAffinity": note("Binds processes to CPU cores."),
        "EnableDSWDev": note("Allows development from a DSW instance."),
        "EnableErrorMonitoringInAIMaster": note("Switches fault-tolerance monitoring on."),
        "EnableOssAppend": note("Allows appending to objects of mounted OSS storage."),
        "EnableRDMA": note("Uses RDMA networking."),
        "EnableSanityCheck": note("Checks the machines before the job starts."),
        "EnableTideResource": note("Uses tidal resources."),
        "ErrorMonitoringArgs": note("Flags of fault-tolerance monitoring, as text."),
        "JobReservedMinutes": note("Keeps the resources for so many minutes after the end.", minimum=0),
        "JobReservedPolicy": note("After which end the resources are kept.", examples=["Always"]),
        "ModelConfig": note("The model the job works on."),
        "OversoldType": note(
            "Whether the job may, must or must not run on oversold resources.",
            enum=["ForbiddenQuotaOverSold", "ForceQuotaOverSold", "AcceptQuotaOverSold"],
        ),
        "PipelineId": note("Pipeline the job belongs to."),
        "SanityCheckArgs": note("Flags of the sanity check, as text."),
        "Shell": note("Shell that runs the command.", examples=["/bin/bash"]),
        "Tags": note("Tags of launched jobs; jobs can be listed by them.", examples=[{"team": "vision"}]),
        "TerminationGracePeriodSeconds": note("Time a stopped node has to end by itself.", minimum=0),
    },
    "DataJuicerConfig": {
        "CommandType": note("Whether the command is a shell line or a configuration.", enum=["shell", "config"]),
        "EnableResourceEstimation": note("Estimates the resources from the data."),
        "ExecutionMode": note("On one node or on several.", enum=["standalone", "distributed"]),
        "ResourceLimit": note("Most the job may use."),
    },
    "ResourceLimit": {
        "CPU": note("CPU cores, as text."),
        "GPU": note("Number of GPUs, as text."),
        "Memory": note("Memory, as text with a unit."),
    },
    "ModelConfig": {
        "ModelName": note("Name of the model."),
        "ModelTemplate": note("The recipe the model comes from."),
    },
    "ModelTemplate": {
        "Collections": note("Collections the recipe belongs to."),
        "ModelName": note("Name of the model."),
        "Provider": note("Who provides the recipe."),
    },
    "CreateJobRequestUserVpc": {
        "DefaultRoute": note("Network interface of the default route.", enum=["eth0", "eth1"]),
        "ExtendedCIDRs": note("Address ranges reached through the VPC; needed together with SwitchId."),
        "SecurityGroupId": note("Security group of the nodes.", examples=["sg-abcdef"]),
        "SwitchId": note("vSwitch of the nodes.", examples=["vs-abcdef"]),
        "VpcId": note("VPC of the nodes.", examples=["vpc-abcdef"]),
    },
}
