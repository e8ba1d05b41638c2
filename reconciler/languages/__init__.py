"""The languages in which people are told things: English, as the code has it, and Chinese, which is looked up.

JSON, finding codes, exit codes and logs are the same in every language. The Chinese terms are those of Alibaba Cloud's
own console and documentation: 任务 (job), 任务模板 (JobTemplate), 工作空间 (workspace), 数据集 (dataset), 代码源 (code
source), 资源配额 (resource quota), 镜像 (image), 实例规格 (instance type), 抢占式 (spot), 地域 (region).
"""

from .language import ENGLISH, LANGUAGES, Language, language
from .spoken import each, each_said, said, say, speaking, spoken

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Language",
    "each",
    "each_said",
    "language",
    "said",
    "say",
    "speaking",
    "spoken",
]
