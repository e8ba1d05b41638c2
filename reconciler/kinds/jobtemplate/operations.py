"""The operations of the service on JobTemplates (API.md sections 2.1 to 2.6).

The service publishes no RAM actions for them; the names follow its pattern.
"""

from __future__ import annotations

from reconciler.live.operations import listing, reading, writing

LIST_JOB_TEMPLATES = listing("ListJobTemplates", "JobTemplates", "TemplateId")
GET_JOB_TEMPLATE = reading("GetJobTemplate", "TemplateId", "Versions")
CREATE_JOB_TEMPLATE = writing("CreateJobTemplate", "TemplateId")
UPDATE_JOB_TEMPLATE = writing("UpdateJobTemplate")
SET_DEFAULT_VERSION = writing("SetJobTemplateDefaultVersion")
DELETE_JOB_TEMPLATE = writing("DeleteJobTemplate")
