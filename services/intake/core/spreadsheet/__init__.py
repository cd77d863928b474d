"""What a spreadsheet of a season says, without opening one."""
