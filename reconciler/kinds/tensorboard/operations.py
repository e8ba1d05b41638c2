"""The operations of the service on TensorBoards (API.md sections 3.1 to 3.8)."""

from __future__ import annotations

from reconciler.live.operations import listing, reading, writing

LIST_TENSORBOARDS = listing("ListTensorboards", "Tensorboards", "TensorboardId", last_page=1000)
GET_TENSORBOARD = reading("GetTensorboard", "TensorboardId", "Status")
CREATE_TENSORBOARD = writing("CreateTensorboard", "TensorboardId")
UPDATE_TENSORBOARD = writing("UpdateTensorboard")
START_TENSORBOARD = writing("StartTensorboard")
STOP_TENSORBOARD = writing("StopTensorboard")
DELETE_TENSORBOARD = writing("DeleteTensorboard")
GET_TENSORBOARD_SHARED_URL = reading("GetTensorboardSharedUrl", "TensorboardSharedUrl")
