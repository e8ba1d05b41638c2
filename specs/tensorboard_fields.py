"""What a person should know about each field of a CreateTensorboard body; see `createjob_fields`."""

from __future__ import annotations

from createjob_fields import Notes, note

CREATE_TENSORBOARD: dict[str, dict[str, Notes]] = {
    "CreateTensorboardRequest": {
        "Accessibility": note(
            "Who may open it: everybody in the workspace, or its creator and the administrators.",
            enum=["PUBLIC", "PRIVATE"],
        ),
        "Cpu": note("CPU cores.", minimum=1),
        "DataSourceId": note("Id of the one dataset that holds the logs."),
        "DataSourceType": note("Kind of storage behind Uri.", enum=["OSS", "NAS"]),
        "DataSources": note("Registered datasets that hold the logs. Excludes JobId."),
        "JobId": note(
            "Job whose logs are shown. Excludes DataSources; `spec.job.template` finds the newest job by itself.",
            examples=["dlc1abcdefghijkl"],
        ),
        "MaxRunningTimeMinutes": note("Stops the TensorBoard after so many minutes.", minimum=1, examples=[240]),
        "Memory": note("Memory in GB.", minimum=1),
        "Options": note("Mount path as JSON text.", examples=['{"mountpath":"/root/data/"}']),
        "Priority": note(
            'From "1" (lowest) to "9" (highest); text, unlike the priority of a job.',
            enum=[str(number) for number in range(1, 10)],
            default="1",
        ),
        "QuotaId": note("Resource quota to run on."),
        "SourceId": note("Id of the source; goes with SourceType."),
        "SourceType": note("Kind of the source.", examples=["job"]),
        "SummaryPath": note("Folder of the logs. Excludes SummaryRelativePath.", examples=["/mnt/logs"]),
        "SummaryRelativePath": note("Folder of the logs inside Uri; `/` for all of it. Excludes SummaryPath."),
        "TensorboardDataSources": note("Log folders by address, without a registered dataset."),
        "TensorboardSpec": note("Pay-as-you-go resources. Left out, without QuotaId: free resources."),
        "Uri": note("Address of the logs.", examples=["oss://bucket.oss-cn-hangzhou-internal.aliyuncs.com/logs/"]),
    },
    "DataSourceItem": {
        "DataSourceId": note("Id of a registered dataset.", examples=["d-cn9dl2mk3y5a7b"]),
        "DataSourceType": note("Kind of storage."),
        "Description": note("Free text."),
        "DisplayName": note("Name of the dataset."),
        "Endpoint": note("Endpoint of the storage."),
        "FileSystemId": note("Id of the file system."),
        "GmtCreateTime": note("When the dataset was made."),
        "GmtModifyTime": note("When the dataset was changed."),
        "MountPath": note("Folder inside the TensorBoard.", examples=["/mnt/logs"]),
        "Options": note("Mount options as JSON text."),
        "Path": note("Path inside the storage."),
        "UserId": note("Owner of the dataset."),
    },
    "TensorboardDataSourceSpec": {
        "DataSourceType": note("Kind of storage.", enum=["OSS", "NAS"]),
        "DirectoryName": note("Prefix under which the runs appear."),
        "FullSummaryPath": note("Full path of the logs; the service works it out."),
        "Id": note("Id of the dataset or job."),
        "Name": note("Name of the source."),
        "SourceType": note("What Id or Uri stands for.", examples=["datasource", "dlcjob"]),
        "SummaryPath": note("Folder of the logs inside the source."),
        "Uri": note("Address of the logs.", examples=["oss://bucket.oss-cn-hangzhou-internal.aliyuncs.com/logs/"]),
    },
    "TensorboardSpec": {
        "EcsType": note("Instance type.", examples=["ecs.g6.large"]),
        "SecurityGroupId": note("Security group."),
        "SwitchId": note("vSwitch."),
        "VpcId": note("VPC."),
    },
}

MANAGED = ("DisplayName", "WorkspaceId")
"""Fields of the request that the reconciler fills in: the name from `metadata.name`, the workspace from the target."""
