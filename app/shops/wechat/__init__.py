"""微信小店 (WeChat Store): its HTTP API behind the ``Shop`` and ``WaybillSource`` ports."""
