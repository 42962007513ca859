"""The machines as nodes of an OPC UA server, for a plant's SCADA system: read-only. Needs the extra `opcua`."""
