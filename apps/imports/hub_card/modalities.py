"""What a task of the hub says by its own name about inputs and outputs; what a name leaves open is not here.

Source: the hub's list of tasks (huggingface.co/tasks). A classifier's labels and an embedding are no modality.
"""

from collections.abc import Mapping, Sequence

TEXT, IMAGE, AUDIO, VIDEO = "text", "image", "audio", "video"

TASKS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "text-generation": ((TEXT,), (TEXT,)),
    "text2text-generation": ((TEXT,), (TEXT,)),
    "conversational": ((TEXT,), (TEXT,)),
    "translation": ((TEXT,), (TEXT,)),
    "summarization": ((TEXT,), (TEXT,)),
    "question-answering": ((TEXT,), (TEXT,)),
    "fill-mask": ((TEXT,), (TEXT,)),
    "text-classification": ((TEXT,), ()),
    "token-classification": ((TEXT,), ()),
    "zero-shot-classification": ((TEXT,), ()),
    "sentence-similarity": ((TEXT,), ()),
    "text-ranking": ((TEXT,), ()),
    "image-text-to-text": ((IMAGE, TEXT), (TEXT,)),
    "visual-question-answering": ((IMAGE, TEXT), (TEXT,)),
    "document-question-answering": ((IMAGE, TEXT), (TEXT,)),
    "image-to-text": ((IMAGE,), (TEXT,)),
    "video-text-to-text": ((VIDEO, TEXT), (TEXT,)),
    "audio-text-to-text": ((AUDIO, TEXT), (TEXT,)),
    "automatic-speech-recognition": ((AUDIO,), (TEXT,)),
    "text-to-image": ((TEXT,), (IMAGE,)),
    "text-to-video": ((TEXT,), (VIDEO,)),
    "text-to-speech": ((TEXT,), (AUDIO,)),
    "text-to-audio": ((TEXT,), (AUDIO,)),
    "text-to-3d": ((TEXT,), ("3d",)),
    "image-to-3d": ((IMAGE,), ("3d",)),
    "image-to-image": ((IMAGE,), (IMAGE,)),
    "image-text-to-image": ((IMAGE, TEXT), (IMAGE,)),
    "image-to-video": ((IMAGE,), (VIDEO,)),
    "image-text-to-video": ((IMAGE, TEXT), (VIDEO,)),
    "video-to-video": ((VIDEO,), (VIDEO,)),
    "audio-to-audio": ((AUDIO,), (AUDIO,)),
    "audio-classification": ((AUDIO,), ()),
    "voice-activity-detection": ((AUDIO,), ()),
    "video-classification": ((VIDEO,), ()),
    "unconditional-image-generation": ((), (IMAGE,)),
    "image-classification": ((IMAGE,), ()),
    "image-segmentation": ((IMAGE,), ()),
    "image-feature-extraction": ((IMAGE,), ()),
    "object-detection": ((IMAGE,), ()),
    "depth-estimation": ((IMAGE,), ()),
    "mask-generation": ((IMAGE,), ()),
    "keypoint-detection": ((IMAGE,), ()),
    "zero-shot-image-classification": ((IMAGE,), ()),
    "zero-shot-object-detection": ((IMAGE,), ()),
}
